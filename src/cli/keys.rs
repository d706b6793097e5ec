//! `xinge keys`: the first key has to come from somewhere: from whoever has the database. And the master key, which whoever
//! runs the machine changes.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use model::access::{Actor, Reach, Role};
use model::ids::{AccessKeyId, TenantId};
use serde::Deserialize;

use crate::applications::{By, Service};
use crate::config::Config;
use crate::vault::{self, DeletionCertificate, Ring, Source};
use crate::wire::application::moment;

use super::parts::{Shared, build, in_runtime, master_keys};
use super::{ALL_WELL, CommandError, INPUT_FAILED, print};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    shared: Shared,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a key and print its secret, which is shown this once
    Create {
        /// What it is called in lists: the program that uses it
        name: String,
        /// backend, reviewer, senior, risk, auditor or admin
        #[arg(long, default_value = "backend", value_parser = role)]
        role: Role,
        /// The lender whose data it opens; letters and digits
        #[arg(long, default_value = "default", value_parser = tenant)]
        tenant: TenantId,
    },
    /// List the keys of all tenants
    List,
    /// Change the master key that wraps the applicants' keys, while the service runs on
    ///
    /// With a key file: puts a new key first in it and wraps everything with that. With keys from elsewhere: put the new
    /// one first there, then run this. It can be stopped at any moment and run again.
    RotateMaster {
        /// Take the keys that wrap nothing any more out of the key file; backups of before do not open then
        #[arg(long)]
        finish: bool,
    },
    /// Check certificates of deletions, without the service or its data
    VerifyDeletions {
        /// What `GET /v1/deletions` answers, one certificate, or a list of them in their order
        file: PathBuf,
        /// The lender's public key as it is known from elsewhere, 64 hex digits
        #[arg(long)]
        public_key: Option<String>,
    },
    /// From now on the key opens nothing
    Revoke {
        #[arg(value_parser = key)]
        id: AccessKeyId,
        #[arg(long, default_value = "default", value_parser = tenant)]
        tenant: TenantId,
    },
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text)
        .filter(|role| !matches!(role, Role::Applicant | Role::Local))
        .ok_or_else(|| "one of backend, reviewer, senior, risk, auditor, admin".to_owned())
}

fn tenant(text: &str) -> Result<TenantId, String> {
    TenantId::parse(&format!("{}_{text}", TenantId::PREFIX)).ok_or_else(|| "1 to 64 letters and digits".to_owned())
}

fn key(text: &str) -> Result<AccessKeyId, String> {
    AccessKeyId::parse(text).ok_or_else(|| "like key_0198…: `xinge keys list` shows them".to_owned())
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    if let Action::VerifyDeletions { file, public_key } = &arguments.action {
        return verify_deletions(file, public_key.as_deref());
    }
    let config = arguments.shared.load(Vec::new())?;
    in_runtime(&config, act(&config, &arguments.action))
}

async fn act(config: &Config, action: &Action) -> anyhow::Result<()> {
    let service = build(config, None).await?;
    let outcome = match action {
        Action::RotateMaster { finish } => rotate(&service, config, *finish).await,
        other => perform(&service, other).await,
    };
    service.db.close().await;
    outcome
}

async fn perform(service: &Service, action: &Action) -> anyhow::Result<()> {
    let actor = Actor { role: Role::Local, subject: "the command line".to_owned() };
    let by = By { actor, request: String::new() };
    match action {
        Action::Create { name, role, tenant } => {
            let (key, secret) = service.create_key(&Reach::of(tenant.clone()), *role, name, &by, None).await?;
            // The secret alone on stdout, for a pipe into a secret store.
            super::complain(&format!("made {} for {} of {}", key.id, role.as_str(), tenant));
            print(&format!("{}\n", secret.reveal()))
        }
        Action::List => {
            let mut lines = String::new();
            for key in service.keys_of_all().await? {
                let revoked = key.revoked_ms.map_or_else(String::new, |at| format!("  revoked {}", moment(at)));
                let (role, made) = (key.role.as_str(), moment(key.created_ms));
                lines.push_str(&format!("{}  {}  {role}  {}  {made}{revoked}\n", key.id, key.tenant, key.name));
            }
            print(&lines)
        }
        Action::Revoke { id, tenant } => Ok(service.revoke_key(tenant, id, &by).await?),
        Action::RotateMaster { .. } | Action::VerifyDeletions { .. } => anyhow::bail!("that is about no API key"),
    }
}

/// A list's page, a list, or one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Certificates {
    Page { items: Vec<DeletionCertificate> },
    List(Vec<DeletionCertificate>),
    One(Box<DeletionCertificate>),
}

fn verify_deletions(file: &Path, public_key: Option<&str>) -> Result<u8, CommandError> {
    let text = std::fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))?;
    let certificates: Certificates =
        serde_json::from_str(&text).with_context(|| format!("{} holds no certificates", file.display()))?;
    let certificates = match certificates {
        Certificates::Page { items } | Certificates::List(items) => items,
        Certificates::One(one) => vec![*one],
    };
    if let Err((position, error)) = vault::verify(&certificates, public_key) {
        super::complain(&format!("certificate {} of the file: {error}", position.saturating_add(1)));
        return Ok(INPUT_FAILED);
    }
    let signer = certificates.first().map_or("", |first| first.public_key.as_str());
    print(&format!("{} certificates hold, signed with {signer}\n", certificates.len()))?;
    Ok(ALL_WELL)
}

async fn rotate(service: &Service, config: &Config, finish: bool) -> anyhow::Result<()> {
    let (source, _) = master_keys(config);
    let is_unfinished = {
        let first = Ring::load(source.clone())?.ids().into_iter().next();
        service.masters_in_use().await?.iter().any(|master| Some(&master.id) != first.as_ref())
    };
    if finish {
        anyhow::ensure!(!is_unfinished, "keys are still wrapped by a former master key: run it without --finish first");
        let Source::File(path) = &source else {
            anyhow::bail!(
                "the master keys are not in a key file of ours: take the former ones out where they come from"
            );
        };
        let used: Vec<String> = service.masters_in_use().await?.into_iter().map(|master| master.id).collect();
        let left = vault::keep_in_file(path, &used)?;
        return print(&format!("{left} former master keys are gone\n"));
    }
    // One that was stopped half way goes on with the key that it has put there.
    if let (Source::File(path), false) = (&source, is_unfinished) {
        vault::add_to_file(path)?;
    }
    service.db.ring().reload()?;
    let wrapped = service.rewrap_keys().await?;
    print(&format!("{wrapped} keys are wrapped by the new master key\n"))
}
