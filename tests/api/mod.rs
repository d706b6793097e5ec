//! The service from outside: a module for each part of the URL tree, and one for what must survive.

mod access;
mod across;
mod applications;
mod assessments;
mod at_rest;
mod consents;
mod crash;
mod deletions;
mod documents;
mod events;
mod exports;
mod hostile;
mod jobs;
mod key_set;
mod openapi;
mod operations;
mod passwords;
mod picture;
mod refusals;
mod sandbox;
mod uploads;
mod webhooks;
