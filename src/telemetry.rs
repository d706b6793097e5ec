//! Logs and traces: what was done and how it came out, with ids; never a name, an account number, a file's name or its text.

use std::io::{self, IsTerminal};

use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::Span;
use tracing::level_filters::LevelFilter;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::{ParseError, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

/// What a trace says where it comes from.
const SERVICE: &str = "xinge";

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("log.filter is no filter")]
    Filter { source: ParseError },
    #[error("traces.endpoint cannot be used")]
    Traces { source: Box<ExporterBuildError> },
    #[error("logging was begun before")]
    Begun,
}

/// Where traces go, and how many of a hundred.
#[derive(Debug, Clone, Copy)]
pub struct Traces<'a> {
    pub endpoint: &'a str,
    pub percent: u32,
}

/// What is told until the end of the process.
#[derive(Debug)]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Sends what is left. It waits for the collector, a few seconds at most.
    pub fn end(self) {
        if let Some(traces) = self.traces {
            // A collector that is away has lost its traces; nothing else depends on them.
            let _ = traces.shutdown();
        }
    }
}

/// Begins to log to stderr, and to tell traces where they are wanted, for the whole process. Not within a runtime: the
/// exporter's client brings one of its own.
///
/// # Errors
/// [`TelemetryError::Filter`] when `filter` cannot be understood, [`TelemetryError::Traces`] when the endpoint cannot,
/// [`TelemetryError::Begun`] the second time.
pub fn begin(filter: &str, as_json: bool, traces: Option<Traces<'_>>) -> Result<Telemetry, TelemetryError> {
    // sqlx logs statements at debug, and slow ones at warn: with their text, never their values.
    let filter = EnvFilter::try_new(filter).map_err(|source| TelemetryError::Filter { source })?;
    let logs = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let logs: Box<dyn Layer<Registry> + Send + Sync> = if as_json {
        logs.json().flatten_event(true).with_filter(filter).boxed()
    } else {
        logs.with_ansi(io::stderr().is_terminal()).with_filter(filter).boxed()
    };
    let traces = traces.map(provider).transpose()?;
    let told = traces.as_ref().map(|provider| {
        // Our own spans: what libraries say of themselves is for logs.
        let ours = Targets::new().with_target(SERVICE, LevelFilter::INFO);
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer(SERVICE))
            .with_location(false)
            .with_threads(false)
            .with_filter(ours)
    });
    tracing_subscriber::registry().with(logs).with(told).try_init().map_err(|_| TelemetryError::Begun)?;
    Ok(Telemetry { traces })
}

fn provider(traces: Traces<'_>) -> Result<SdkTracerProvider, TelemetryError> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_endpoint(traces.endpoint)
        .build()
        .map_err(|source| TelemetryError::Traces { source: Box::new(source) })?;
    let share = f64::from(traces.percent) / 100.0;
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(share))))
        .with_resource(Resource::builder_empty().with_service_name(SERVICE).build())
        .build())
}

/// Makes a span part of the trace that a caller names in `traceparent` (W3C Trace Context); nothing where traces are not
/// told.
pub fn go_on_from(span: &Span, headers: &dyn Extractor) {
    let context = TraceContextPropagator::new().extract(headers);
    // An error says that nobody listens.
    let _ = span.set_parent(context);
}
