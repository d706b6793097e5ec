//! Letting go of what a reader of documents does not need. Each mechanism stands alone, so that one that this machine
//! lacks takes no other with it; what is lacking is told.

use super::Bounds;

/// Where the C library, the loader and the picture engine look; nobody's data is there.
#[cfg(target_os = "linux")]
const READABLE: [&str; 6] =
    ["/usr/lib", "/lib", "/lib64", "/etc/ld.so.cache", "/proc/cpuinfo", "/sys/devices/system/cpu"];

/// What a program that reads pictures needs beside.
#[cfg(target_os = "linux")]
const READABLE_FOR_PROGRAMS: [&str; 3] = ["/usr", "/bin", "/etc/ld.so.conf"];

/// Where such a program's complaints go.
#[cfg(target_os = "linux")]
const WRITABLE_FOR_PROGRAMS: [&str; 1] = ["/dev/null"];

/// Confines the calling thread and what it starts, for good. What could not be done, in words for whoever runs the
/// service; empty when all of it holds.
#[cfg(target_os = "linux")]
#[must_use]
pub fn confine(bounds: &Bounds) -> Vec<String> {
    let mut missing = Vec::new();
    let mut note = |what: &str, outcome: Result<(), String>| {
        if let Err(why) = outcome {
            missing.push(format!("{what}: {why}"));
        }
    };
    note("bounds of memory and time", linux::bounds(bounds));
    note("no access to files and network (Landlock)", linux::landlock(bounds));
    note("no other system calls than are needed (seccomp)", linux::seccomp(bounds));
    missing
}

/// Elsewhere nothing but a process of its own holds a reader.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn confine(_bounds: &Bounds) -> Vec<String> {
    vec!["confinement is known on Linux only".to_owned()]
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;

    use landlock::{
        ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
        path_beneath_rules,
    };
    use nix::libc;
    use nix::sys::prctl;
    use nix::sys::resource::{Resource, setrlimit};
    use nix::sys::signal::Signal;
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    };

    use super::{Bounds, READABLE, READABLE_FOR_PROGRAMS, WRITABLE_FOR_PROGRAMS};

    /// Pipes, libraries and models; a file of a stranger's is never opened here.
    const FILES_MAX: u64 = 64;

    fn words(error: impl std::fmt::Display) -> String {
        error.to_string()
    }

    pub(super) fn bounds(bounds: &Bounds) -> Result<(), String> {
        // Of all its threads together.
        let at_once = u64::try_from(bounds.pages_at_once.max(1)).unwrap_or(u64::MAX);
        let processor_seconds = bounds.seconds.saturating_mul(at_once);
        for (resource, soft, hard) in [
            (Resource::RLIMIT_AS, bounds.memory_bytes, bounds.memory_bytes),
            // At the first it gets the signal that says why.
            (Resource::RLIMIT_CPU, processor_seconds, processor_seconds.saturating_add(1)),
            (Resource::RLIMIT_NOFILE, FILES_MAX, FILES_MAX),
            // A dump of the memory would be a copy of somebody's statement.
            (Resource::RLIMIT_CORE, 0, 0),
        ] {
            setrlimit(resource, soft, hard).map_err(words)?;
        }
        prctl::set_dumpable(false).map_err(words)?;
        // Nobody waits for what it reads when its parent was killed.
        prctl::set_pdeathsig(Signal::SIGKILL).map_err(words)
    }

    pub(super) fn landlock(bounds: &Bounds) -> Result<(), String> {
        // The sixth version also keeps from signalling others and from abstract sockets; older kernels give what they have.
        let abi = ABI::V6;
        let mut readable: Vec<&std::path::Path> = READABLE.iter().map(AsRef::as_ref).collect();
        readable.extend(bounds.models.as_deref());
        let mut writable: Vec<&str> = Vec::new();
        if bounds.may_run_programs {
            readable.extend(READABLE_FOR_PROGRAMS.iter().map(|path| std::path::Path::new(*path)));
            writable.extend(WRITABLE_FOR_PROGRAMS);
        }
        let status = Ruleset::default()
            .handle_access(AccessFs::from_all(abi))
            .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(abi)))
            .and_then(|ruleset| ruleset.scope(Scope::from_all(abi)))
            .and_then(Ruleset::create)
            .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(&readable, AccessFs::from_read(abi))))
            .and_then(|ruleset| {
                let access = AccessFs::ReadFile | AccessFs::WriteFile;
                ruleset.add_rules(path_beneath_rules(&writable, access))
            })
            .and_then(landlock::RulesetCreated::restrict_self)
            .map_err(words)?;
        match status.ruleset {
            RulesetStatus::FullyEnforced => Ok(()),
            RulesetStatus::PartiallyEnforced => Err("this kernel holds a part of it".to_owned()),
            RulesetStatus::NotEnforced => Err("this kernel has none".to_owned()),
        }
    }

    /// What readers of documents ask the kernel for: memory, threads of their own, the clock, and files, which are
    /// Landlock's business. Everything else is refused, whatever a later kernel brings. Refused calls fail rather than
    /// kill: the C library and ONNX Runtime ask for a thing or two that they can do without. The tests read text,
    /// pictures and scans under it.
    const ALLOWED: [libc::c_long; 69] = [
        // Memory.
        libc::SYS_brk,
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_mprotect,
        libc::SYS_madvise,
        libc::SYS_membarrier,
        // Files and pipes.
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_pread64,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_lseek,
        libc::SYS_openat,
        libc::SYS_close,
        libc::SYS_fstat,
        libc::SYS_newfstatat,
        libc::SYS_statx,
        libc::SYS_statfs,
        libc::SYS_fstatfs,
        libc::SYS_faccessat,
        libc::SYS_faccessat2,
        libc::SYS_readlinkat,
        libc::SYS_getdents64,
        libc::SYS_getcwd,
        libc::SYS_dup,
        libc::SYS_ppoll,
        libc::SYS_fadvise64,
        // Threads.
        libc::SYS_futex,
        libc::SYS_set_robust_list,
        libc::SYS_rseq,
        libc::SYS_set_tid_address,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        libc::SYS_sched_setaffinity,
        libc::SYS_sched_getparam,
        libc::SYS_sched_getscheduler,
        libc::SYS_sched_get_priority_max,
        libc::SYS_sched_get_priority_min,
        libc::SYS_getpriority,
        libc::SYS_getcpu,
        libc::SYS_prctl,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_restart_syscall,
        // Signals of one's own.
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        // Time.
        libc::SYS_clock_gettime,
        libc::SYS_clock_getres,
        libc::SYS_clock_nanosleep,
        libc::SYS_nanosleep,
        libc::SYS_gettimeofday,
        // About oneself and the machine.
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_getppid,
        libc::SYS_getpgid,
        libc::SYS_getuid,
        libc::SYS_geteuid,
        libc::SYS_getgid,
        libc::SYS_getegid,
        libc::SYS_getrlimit,
        libc::SYS_getrusage,
        libc::SYS_times,
        libc::SYS_uname,
        libc::SYS_sysinfo,
        libc::SYS_getrandom,
        libc::SYS_pipe2,
    ];

    /// Older names of the same, which some architectures never had.
    #[cfg(target_arch = "x86_64")]
    const ALLOWED_BY_OLD_NAMES: [libc::c_long; 10] = [
        libc::SYS_open,
        libc::SYS_stat,
        libc::SYS_lstat,
        libc::SYS_access,
        libc::SYS_readlink,
        libc::SYS_poll,
        libc::SYS_time,
        libc::SYS_arch_prctl,
        libc::SYS_getpgrp,
        libc::SYS_dup2,
    ];
    #[cfg(not(target_arch = "x86_64"))]
    const ALLOWED_BY_OLD_NAMES: [libc::c_long; 0] = [];

    /// To run a program and wait for it. Signals stay among ourselves by Landlock.
    const ALLOWED_FOR_PROGRAMS: [libc::c_long; 8] = [
        libc::SYS_clone,
        libc::SYS_execve,
        libc::SYS_wait4,
        libc::SYS_waitid,
        libc::SYS_dup3,
        libc::SYS_kill,
        libc::SYS_tgkill,
        libc::SYS_chdir,
    ];
    #[cfg(target_arch = "x86_64")]
    const ALLOWED_FOR_PROGRAMS_BY_OLD_NAMES: [libc::c_long; 2] = [libc::SYS_vfork, libc::SYS_fork];
    #[cfg(not(target_arch = "x86_64"))]
    const ALLOWED_FOR_PROGRAMS_BY_OLD_NAMES: [libc::c_long; 0] = [];

    pub(super) fn seccomp(bounds: &Bounds) -> Result<(), String> {
        let always = ALLOWED.iter().chain(&ALLOWED_BY_OLD_NAMES);
        let mut allowed: BTreeMap<i64, Vec<SeccompRule>> = always.map(|call| (*call, Vec::new())).collect();
        // Bounds are looked up, of oneself only; what they are lies in memory, where a filter cannot look, but they
        // cannot be raised again.
        allowed.insert(libc::SYS_prlimit64, vec![when(0, SeccompCmpOp::Eq, 0)?]);
        allowed.insert(libc::SYS_fcntl, fcntl()?);
        if bounds.may_run_programs {
            let calls = ALLOWED_FOR_PROGRAMS.iter().chain(&ALLOWED_FOR_PROGRAMS_BY_OLD_NAMES);
            allowed.extend(calls.map(|call| (*call, Vec::new())));
        } else {
            // A thread is a clone that says so; a process is one that does not.
            let thread = u64::try_from(libc::CLONE_THREAD).map_err(words)?;
            allowed.insert(libc::SYS_clone, vec![when(0, SeccompCmpOp::MaskedEq(thread), thread)?]);
            // How a process aborts: a signal to itself.
            let own = u64::from(std::process::id());
            allowed.insert(libc::SYS_tgkill, vec![when(0, SeccompCmpOp::Eq, own)?]);
        }
        // Its arguments lie in memory, where a filter cannot look; told that there is none, the C library takes `clone`.
        // A filter of its own, and the first, as the next lets no more of them in: of two answers the stricter holds.
        let unknown = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
        apply(unknown, refusal(libc::ENOSYS)?, SeccompAction::Allow)?;
        allowed.insert(libc::SYS_clone3, Vec::new());
        apply(allowed, SeccompAction::Allow, refusal(libc::EPERM)?)
    }

    /// Of what a descriptor can be told, nothing that sends signals: `F_SETOWN` with `O_ASYNC` lets one process kill another
    /// of its user, and before its sixth version Landlock does not keep signals in.
    fn fcntl() -> Result<Vec<SeccompRule>, String> {
        let plain = [libc::F_DUPFD, libc::F_DUPFD_CLOEXEC, libc::F_GETFD, libc::F_SETFD, libc::F_GETFL];
        let number = |value: libc::c_int| u64::try_from(value).map_err(words);
        let mut rules: Vec<SeccompRule> =
            plain.into_iter().map(|command| when(1, SeccompCmpOp::Eq, number(command)?)).collect::<Result<_, _>>()?;
        let condition = |argument, operator, value| {
            SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value).map_err(words)
        };
        let is_set_flags = condition(1, SeccompCmpOp::Eq, number(libc::F_SETFL)?)?;
        let is_silent = condition(2, SeccompCmpOp::MaskedEq(number(libc::O_ASYNC)?), 0)?;
        rules.push(SeccompRule::new(vec![is_set_flags, is_silent]).map_err(words)?);
        Ok(rules)
    }

    fn when(argument: u8, operator: SeccompCmpOp, value: u64) -> Result<SeccompRule, String> {
        let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Qword, operator, value).map_err(words)?;
        SeccompRule::new(vec![condition]).map_err(words)
    }

    fn refusal(error: i32) -> Result<SeccompAction, String> {
        Ok(SeccompAction::Errno(u32::try_from(error).map_err(words)?))
    }

    fn apply(
        calls: BTreeMap<i64, Vec<SeccompRule>>,
        listed: SeccompAction,
        others: SeccompAction,
    ) -> Result<(), String> {
        let arch = std::env::consts::ARCH.try_into().map_err(words)?;
        let filter = SeccompFilter::new(calls, others, listed, arch);
        let program: BpfProgram = filter.map_err(words)?.try_into().map_err(words)?;
        seccompiler::apply_filter(&program).map_err(words)
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};
    use std::process::Command;

    use super::*;

    const INSIDE: &str = "XINGE_TEST_CONFINED";

    fn bounds() -> Bounds {
        Bounds::of(&crate::pipeline::Limits::default(), 1 << 30, 60)
    }

    /// What a confined process can do is tried in one: this test runs itself again.
    #[test]
    fn a_confined_process_has_no_files_no_network_no_programs_and_little_memory() {
        if let Ok(port) = std::env::var(INSIDE) {
            inside(&port);
            return;
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "sandbox::confine::tests::a_confined_process_has_no_files_no_network_no_programs_and_little_memory",
            ])
            .args(["--nocapture", "--test-threads", "1"])
            .env(INSIDE, &port)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains("all was tried"), "{said}");
    }

    fn inside(port: &str) {
        let missing = confine(&bounds());
        if missing.iter().any(|what| what.contains("Landlock") || what.contains("seccomp")) {
            // A kernel without it: what is told is all that can be tried.
            println!("not held here: {missing:?}; all was tried");
            return;
        }
        assert_eq!(missing, Vec::<String>::new());
        assert!(std::fs::read("/etc/passwd").is_err(), "a file was read");
        assert!(std::fs::write("/tmp/xinge-confined", "x").is_err(), "a file was written");
        assert!(std::fs::read_dir("/").is_err(), "a folder was listed");
        assert!(TcpStream::connect(format!("127.0.0.1:{port}")).is_err(), "the network was reached");
        assert!(TcpListener::bind("127.0.0.1:0").is_err(), "a port was opened");
        assert!(Command::new("/bin/true").status().is_err(), "a program was run");
        let mut bytes: Vec<u8> = Vec::new();
        assert!(bytes.try_reserve(2 << 30).is_err(), "more memory than the bound");
        assert_eq!(std::thread::spawn(|| 7).join().unwrap(), 7, "threads are let be");
        println!("all was tried");
    }
}
