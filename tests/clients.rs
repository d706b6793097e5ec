//! The clients are what the description says, and do what they say against a running service.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::{TestService, papers};

fn clients() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("clients")
}

fn has_python() -> bool {
    let ran = Command::new("python3").args(["-c", "import sys; sys.exit(sys.version_info < (3, 11))"]).status();
    ran.is_ok_and(|status| status.success())
}

/// What `npm ci` in `clients/typescript` puts there.
fn node_tool(name: &str) -> Option<Command> {
    let tool = clients().join("typescript/node_modules/.bin").join(name);
    tool.exists().then(|| {
        let mut command = Command::new(tool);
        command.current_dir(clients().join("typescript"));
        command
    })
}

/// Runs a client's own trial against a service whose jobs run meanwhile.
fn tried(mut command: Command) {
    let test = TestService::new();
    let file = test.folder.join("支付宝.csv");
    std::fs::write(&file, papers::alipay(1)).unwrap();
    let mut child = command
        .arg(format!("http://{}", test.client.address))
        .arg(&file)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let status = loop {
        test.run_jobs();
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    test.run_jobs();
    assert!(status.success(), "{status}");
}

#[test]
fn the_python_client_is_current_and_works() {
    if !has_python() {
        eprintln!("not run: there is no python3 of 3.11 or later");
        return;
    }
    let folder = clients().join("python");
    let checked = Command::new("python3").arg("generate.py").arg("--check").current_dir(&folder).status().unwrap();
    assert!(checked.success(), "run clients/python/generate.py");
    let mut trial = Command::new("python3");
    trial.arg("try.py").env("PYTHONDONTWRITEBYTECODE", "1").current_dir(folder);
    tried(trial);
}

#[test]
fn the_typescript_client_is_current_and_type_checks() {
    let (Some(mut generator), Some(mut compiler)) = (node_tool("openapi-typescript"), node_tool("tsc")) else {
        eprintln!("not run: `npm ci` in clients/typescript fetches what it needs");
        return;
    };
    let folder = crate::support::temporary_folder("typescript");
    let generated = folder.join("schema.ts");
    let ran = generator.arg("../../docs/openapi.json").arg("--output").arg(&generated).stdout(Stdio::null()).status();
    assert!(ran.unwrap().success());
    let kept = std::fs::read_to_string(clients().join("typescript/src/schema.ts")).unwrap();
    assert!(std::fs::read_to_string(generated).unwrap() == kept, "run `npm run generate` in clients/typescript");
    assert!(compiler.arg("--noEmit").status().unwrap().success());
    std::fs::remove_dir_all(folder).unwrap();
}
