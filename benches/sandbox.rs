//! What it costs to read a document in a process apart: `cargo bench --bench sandbox`. Bar: under 10 ms a document beside
//! the reading, with a process that waits.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use make_samples::bench_inputs;
use xinge::pipeline::{self, Limits, Reader};
use xinge::sandbox::{Bounds, Sandbox};

const ROUNDS: usize = 60;

fn bounds() -> Bounds {
    Bounds::of(&Limits::default(), 3 << 30, 60)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let program = || PathBuf::from(env!("CARGO_BIN_EXE_xinge"));
    runtime.block_on(async {
        let mut started = Vec::new();
        for _ in 0..ROUNDS / 3 {
            let began = Instant::now();
            // The first of them is ready when this returns.
            let sandbox = Sandbox::start(program(), bounds(), 1).await.expect("it starts");
            started.push(began.elapsed());
            drop(sandbox);
        }
        println!("a process from its start to being ready: {:.1?}", median(started));

        let sandbox = Sandbox::start(program(), bounds(), 2).await.expect("it starts");
        for (name, bytes) in [("alipay.csv", bench_inputs::alipay_csv(240)), ("nothing.csv", Vec::new())] {
            let (mut apart, mut here) = (Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                // Until all wait again: otherwise the making of others is measured as well.
                while sandbox.counts().waiting < 2 {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                let began = Instant::now();
                let answer = sandbox.read(name, &bytes, Vec::new()).await;
                apart.push(began.elapsed());
                assert_eq!(answer.files.len(), 1);
                let began = Instant::now();
                let read = pipeline::extract(name, &bytes, &[], &Reader::default());
                here.push(began.elapsed());
                assert_eq!(answer.files, read);
            }
            let (apart, here) = (median(apart), median(here));
            println!("{name}: apart {apart:.1?}, here {here:.1?}, between them {:.1?}", apart.saturating_sub(here));
        }
    });
}
