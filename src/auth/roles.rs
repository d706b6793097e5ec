//! Which role may do what: one table. An endpoint names its scope in its own description (`security(…)`), and the door
//! compares the two.

use model::access::Role;

/// What an endpoint does, as far as it matters who asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    WriteApplications,
    ReadApplications,
    DeleteApplications,
    WriteDocuments,
    ReadDocuments,
    ReadStatements,
    /// Features, findings and profile: how somebody was looked at. Not the applicant's, as it would teach forgers.
    ReadAssessments,
    ReadDecisions,
    WriteConsents,
    WriteTokens,
    /// Numbers in full, with a reason.
    Reveal,
    WriteKeys,
    ReadAudit,
    ReadJobs,
    WriteJobs,
    ReadWebhooks,
    WriteWebhooks,
}

impl Scope {
    pub const ALL: [Self; 17] = [
        Self::WriteApplications,
        Self::ReadApplications,
        Self::DeleteApplications,
        Self::WriteDocuments,
        Self::ReadDocuments,
        Self::ReadStatements,
        Self::ReadAssessments,
        Self::ReadDecisions,
        Self::WriteConsents,
        Self::WriteTokens,
        Self::Reveal,
        Self::WriteKeys,
        Self::ReadAudit,
        Self::ReadJobs,
        Self::WriteJobs,
        Self::ReadWebhooks,
        Self::WriteWebhooks,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WriteApplications => "applications:write",
            Self::ReadApplications => "applications:read",
            Self::DeleteApplications => "applications:delete",
            Self::WriteDocuments => "documents:write",
            Self::ReadDocuments => "documents:read",
            Self::ReadStatements => "statements:read",
            Self::ReadAssessments => "assessments:read",
            Self::ReadDecisions => "decisions:read",
            Self::WriteConsents => "consents:write",
            Self::WriteTokens => "tokens:write",
            Self::Reveal => "reveal",
            Self::WriteKeys => "keys:write",
            Self::ReadAudit => "audit:read",
            Self::ReadJobs => "jobs:read",
            Self::WriteJobs => "jobs:write",
            Self::ReadWebhooks => "webhooks:read",
            Self::WriteWebhooks => "webhooks:write",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}

/// The table.
#[must_use]
pub const fn scopes(role: Role) -> &'static [Scope] {
    use Scope::{
        DeleteApplications, ReadApplications, ReadAssessments, ReadAudit, ReadDecisions, ReadDocuments, ReadJobs,
        ReadStatements, ReadWebhooks, Reveal, WriteApplications, WriteConsents, WriteDocuments, WriteJobs, WriteKeys,
        WriteTokens, WriteWebhooks,
    };
    match role {
        Role::Applicant => {
            &[ReadApplications, WriteDocuments, ReadDocuments, ReadStatements, ReadDecisions, WriteConsents]
        }
        Role::Backend => &[
            WriteApplications,
            ReadApplications,
            DeleteApplications,
            WriteDocuments,
            ReadDocuments,
            ReadStatements,
            ReadAssessments,
            ReadDecisions,
            WriteConsents,
            WriteTokens,
            ReadWebhooks,
            WriteWebhooks,
        ],
        Role::Reviewer | Role::Senior | Role::Risk => {
            &[ReadApplications, ReadDocuments, ReadStatements, ReadAssessments, ReadDecisions, Reveal]
        }
        Role::Auditor => &[
            ReadApplications,
            ReadDocuments,
            ReadStatements,
            ReadAssessments,
            ReadDecisions,
            ReadAudit,
            ReadJobs,
            ReadWebhooks,
        ],
        Role::Admin => &[WriteKeys, ReadAudit, ReadJobs, WriteJobs, ReadWebhooks, WriteWebhooks],
        Role::Local => &Scope::ALL,
    }
}

#[must_use]
pub fn may(role: Role, scope: Scope) -> bool {
    scopes(role).contains(&scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table as a person reads it: a changed line is looked at.
    #[test]
    fn who_may_do_what() {
        let mut printed = String::new();
        for role in Role::ALL {
            let words: Vec<&str> = scopes(role).iter().map(|scope| scope.as_str()).collect();
            printed.push_str(&format!("{}: {}\n", role.as_str(), words.join(" ")));
        }
        let read = "applications:read documents:read statements:read assessments:read decisions:read";
        let expected = format!(
            "applicant: applications:read documents:write documents:read statements:read decisions:read consents:write\n\
             backend: applications:write applications:read applications:delete documents:write documents:read statements:read \
             assessments:read decisions:read consents:write tokens:write webhooks:read webhooks:write\n\
             reviewer: {read} reveal\n\
             senior: {read} reveal\n\
             risk: {read} reveal\n\
             auditor: {read} audit:read jobs:read webhooks:read\n\
             admin: keys:write audit:read jobs:read jobs:write webhooks:read webhooks:write\n\
             local: applications:write applications:read applications:delete documents:write documents:read statements:read \
             assessments:read decisions:read consents:write tokens:write reveal keys:write audit:read jobs:read \
             jobs:write webhooks:read webhooks:write\n"
        );
        assert_eq!(printed, expected);
    }

    #[test]
    fn a_scope_is_read_as_it_is_written() {
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Some(scope));
        }
    }
}
