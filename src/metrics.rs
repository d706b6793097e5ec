//! What is counted and timed, in the text format of Prometheus.
//!
//! Every label has few values, all of them this program's own words: routes as the API declares them, kinds and
//! outcomes. No name, number or amount of anybody can stand here, because nothing here takes one.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper ends in seconds: requests take milliseconds, a text document tens of them, sixty scanned pages minutes. The
/// bars for documents, 150 and 500 ms, are ends of their own.
const BUCKETS: [(f64, &str); 13] = [
    (0.005, "0.005"),
    (0.01, "0.01"),
    (0.025, "0.025"),
    (0.05, "0.05"),
    (0.1, "0.1"),
    (0.15, "0.15"),
    (0.25, "0.25"),
    (0.5, "0.5"),
    (1.0, "1"),
    (2.5, "2.5"),
    (10.0, "10"),
    (60.0, "60"),
    (300.0, "300"),
];

/// Methods that the API answers; whatever else a client makes up is one more.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// Timings since the start of the process.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: Timings<(&'static str, String, u16)>,
    jobs: Timings<(&'static str, &'static str)>,
    documents: Timings<(&'static str, &'static str)>,
    answers: Timings<()>,
}

/// How things stand at the moment that they are asked for.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// State, how many, and how long the oldest is there.
    pub jobs: Vec<(&'static str, i64, Duration)>,
    /// `None` where files are read in this process.
    pub sandbox: Option<SandboxStanding>,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct SandboxStanding {
    pub waiting: usize,
    pub started: u64,
    pub lost: u64,
    /// Mechanisms that this machine lacks.
    pub missing: usize,
}

/// How often something took how long, by labels.
#[derive(Debug)]
struct Timings<L>(Mutex<BTreeMap<L, Histogram>>);

impl<L> Default for Timings<L> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

#[derive(Debug, Clone, Default)]
struct Histogram {
    /// How many fell between the end before and each end of [`BUCKETS`].
    counts: [u64; BUCKETS.len()],
    count: u64,
    seconds: f64,
}

impl<L: Ord> Timings<L> {
    fn add(&self, labels: L, took: Duration) {
        let seconds = took.as_secs_f64();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let histogram = all.entry(labels).or_default();
        histogram.count = histogram.count.saturating_add(1);
        histogram.seconds += seconds;
        let fits = BUCKETS.iter().position(|(end, _)| seconds <= *end);
        if let Some(count) = fits.and_then(|position| histogram.counts.get_mut(position)) {
            *count = count.saturating_add(1);
        }
    }

    fn write(&self, text: &mut String, name: &str, help: &str, labels: impl Fn(&L) -> String) {
        head(text, name, "histogram", help);
        for (key, histogram) in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let labels = labels(key);
            let separator = if labels.is_empty() { "" } else { "," };
            let mut so_far = 0_u64;
            for ((_, end), count) in BUCKETS.iter().zip(histogram.counts) {
                so_far = so_far.saturating_add(count);
                line(text, &format!("{name}_bucket{{{labels}{separator}le=\"{end}\"}}"), so_far);
            }
            line(text, &format!("{name}_bucket{{{labels}{separator}le=\"+Inf\"}}"), histogram.count);
            line(text, &format!("{name}_sum{{{labels}}}"), histogram.seconds);
            line(text, &format!("{name}_count{{{labels}}}"), histogram.count);
        }
    }
}

impl Metrics {
    /// An answered request; `route` as the API declares it, never a path.
    pub fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let method = METHODS.into_iter().find(|known| *known == method).unwrap_or("other");
        self.requests.add((method, route.to_owned(), status), took);
    }

    /// A job that a worker ended.
    pub fn job(&self, kind: &'static str, outcome: &'static str, took: Duration) {
        self.jobs.add((kind, outcome), took);
    }

    /// A stored file that was read, or that could not be.
    pub fn document(&self, kind: &'static str, outcome: &'static str, took: Duration) {
        self.documents.add((kind, outcome), took);
    }

    /// An assessment, from the last byte of the newest document in it.
    pub fn answer(&self, took: Duration) {
        self.answers.add((), took);
    }

    /// All of it, as Prometheus reads it.
    #[must_use]
    pub fn text(&self, now: &Standing) -> String {
        let mut text = String::new();
        head(&mut text, "xinge_build_info", "gauge", "The version that runs.");
        line(&mut text, &format!("xinge_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION")), 1);
        self.requests.write(
            &mut text,
            "xinge_http_request_duration_seconds",
            "Time to answer, by method, route and status.",
            |(method, route, status)| format!("method=\"{method}\",route=\"{}\",status=\"{status}\"", escaped(route)),
        );
        self.jobs.write(
            &mut text,
            "xinge_job_duration_seconds",
            "Time of a job from its claim to its end, by kind and outcome (done, failed, lost).",
            |(kind, outcome)| format!("kind=\"{kind}\",outcome=\"{outcome}\""),
        );
        self.documents.write(
            &mut text,
            "xinge_document_read_duration_seconds",
            "Time to read a file, by kind of file and outcome (read, failed).",
            |(kind, outcome)| format!("file=\"{kind}\",outcome=\"{outcome}\""),
        );
        self.answers.write(
            &mut text,
            "xinge_answer_duration_seconds",
            "From the last byte of an application's newest document to the decision that holds it.",
            |()| String::new(),
        );
        head(&mut text, "xinge_jobs", "gauge", "Jobs in the queue by state; those that are done are none any more.");
        for (state, count, _) in &now.jobs {
            line(&mut text, &format!("xinge_jobs{{state=\"{state}\"}}"), count);
        }
        head(&mut text, "xinge_jobs_oldest_age_seconds", "gauge", "Age of the oldest job in each state.");
        for (state, _, age) in &now.jobs {
            line(&mut text, &format!("xinge_jobs_oldest_age_seconds{{state=\"{state}\"}}"), age.as_secs_f64());
        }
        if let Some(sandbox) = &now.sandbox {
            for (name, kind, help, value) in [
                (
                    "xinge_sandbox_children_waiting",
                    "gauge",
                    "Processes that wait for a file.",
                    u64::try_from(sandbox.waiting).unwrap_or(u64::MAX),
                ),
                ("xinge_sandbox_children_started_total", "counter", "Processes made ready.", sandbox.started),
                (
                    "xinge_sandbox_children_lost_total",
                    "counter",
                    "Processes that died with a file in their hands, or were stopped for their time.",
                    sandbox.lost,
                ),
                (
                    "xinge_sandbox_mechanisms_missing",
                    "gauge",
                    "Mechanisms of confinement that this machine lacks; /readyz names them.",
                    u64::try_from(sandbox.missing).unwrap_or(u64::MAX),
                ),
            ] {
                head(&mut text, name, kind, help);
                line(&mut text, name, value);
            }
        }
        text
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a string does not fail.
    let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
}

fn line(text: &mut String, series: &str, value: impl std::fmt::Display) {
    let series = series.strip_suffix("{}").unwrap_or(series);
    let _ = writeln!(text, "{series} {value}");
}

/// Routes are our own and hold none of these; the format asks for it all the same.
fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timings_add_up_in_the_text() {
        let metrics = Metrics::default();
        for milliseconds in [3, 120, 150, 400_000] {
            metrics.request("GET", "/v1/documents/{id}", 200, Duration::from_millis(milliseconds));
        }
        metrics.request("BREW", "/v1/documents/{id}", 405, Duration::ZERO);
        metrics.answer(Duration::from_millis(100));
        let text = metrics.text(&Standing { jobs: vec![("queued", 3, Duration::from_millis(1_500))], sandbox: None });
        let series = "method=\"GET\",route=\"/v1/documents/{id}\",status=\"200\"";
        for expected in [
            format!("xinge_http_request_duration_seconds_bucket{{{series},le=\"0.005\"}} 1\n"),
            format!("xinge_http_request_duration_seconds_bucket{{{series},le=\"0.15\"}} 3\n"),
            format!("xinge_http_request_duration_seconds_bucket{{{series},le=\"300\"}} 3\n"),
            format!("xinge_http_request_duration_seconds_bucket{{{series},le=\"+Inf\"}} 4\n"),
            format!("xinge_http_request_duration_seconds_count{{{series}}} 4\n"),
            "method=\"other\"".to_owned(),
            "xinge_answer_duration_seconds_bucket{le=\"0.1\"} 1\n".to_owned(),
            "xinge_answer_duration_seconds_count 1\n".to_owned(),
            "xinge_jobs{state=\"queued\"} 3\n".to_owned(),
            "xinge_jobs_oldest_age_seconds{state=\"queued\"} 1.5\n".to_owned(),
        ] {
            assert!(text.contains(&expected), "{expected} is not in\n{text}");
        }
        // Every line of a series follows the head of its family.
        let mut family = "";
        for line in text.lines() {
            match line.strip_prefix("# TYPE ") {
                Some(head) => family = head.split(' ').next().unwrap(),
                None => assert!(line.starts_with('#') || line.starts_with(family), "{line}"),
            }
        }
    }
}
