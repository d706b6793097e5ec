//! The database apart from the service.

mod queue;
mod statements;
