//! Who asks, and how much of the data they may reach.

use crate::ids::{ApplicationId, TenantId};

/// What a caller is to a lender. Which role may do what stands in one table of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The person whose papers they are, on one application.
    Applicant,
    /// The lender's back end.
    Backend,
    /// Looks through applications and answers doubts.
    Reviewer,
    /// A reviewer who may override.
    Senior,
    /// Answers for the policy.
    Risk,
    /// Reads what was done, and changes nothing.
    Auditor,
    /// Gives and takes keys, looks after jobs; sees no papers.
    Admin,
    /// Any program on this machine, while the service asks nobody who they are.
    Local,
}

impl Role {
    pub const ALL: [Self; 8] = [
        Self::Applicant,
        Self::Backend,
        Self::Reviewer,
        Self::Senior,
        Self::Risk,
        Self::Auditor,
        Self::Admin,
        Self::Local,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applicant => "applicant",
            Self::Backend => "backend",
            Self::Reviewer => "reviewer",
            Self::Senior => "senior",
            Self::Risk => "risk",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
            Self::Local => "local",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// The part of the data that somebody may reach at all, whatever their role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    pub tenant: TenantId,
    /// Of that tenant, this application only.
    pub application: Option<ApplicationId>,
}

impl Reach {
    /// All of a tenant's data.
    #[must_use]
    pub const fn of(tenant: TenantId) -> Self {
        Self { tenant, application: None }
    }

    #[must_use]
    pub fn admits(&self, application: &ApplicationId) -> bool {
        self.application.as_ref().is_none_or(|own| own == application)
    }
}

/// Who did something, for the audit log: no name, only what the key, the token or the identity provider calls them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub role: Role,
    pub subject: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_read_as_it_is_written() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("root"), None);
    }

    #[test]
    fn who_has_one_application_reaches_no_other() {
        let (own, other) = (ApplicationId::new("1"), ApplicationId::new("2"));
        let reach = Reach { tenant: TenantId::new("a"), application: Some(own.clone()) };
        assert!(reach.admits(&own) && !reach.admits(&other));
        assert!(Reach::of(TenantId::new("a")).admits(&other));
    }
}
