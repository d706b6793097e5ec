//! The identity provider's keys, over the network.

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use xinge::auth::{KeySet, KeySetError};

/// A provider on a port of this machine.
async fn provider(called: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let says = if called.is_empty() { issuer.clone() } else { called.to_owned() };
    let described = serde_json::json!({"issuer": says, "jwks_uri": format!("{issuer}/keys")}).to_string();
    let router = Router::new()
        .route("/.well-known/openid-configuration", get(move || async move { described }))
        .route("/keys", get(|| async { "{\"keys\":[]}" }))
        .route("/endless", get(|| async { "x".repeat((1 << 20) + 1) }))
        .route("/elsewhere", get(|| async { Redirect::to("/keys") }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    issuer
}

#[test]
fn the_keys_are_where_the_provider_says() {
    tokio::runtime::Runtime::new().unwrap().block_on(ask());
}

async fn ask() {
    let issuer = provider("").await;
    assert_eq!(KeySet::of("", &issuer).read().await.unwrap(), b"{\"keys\":[]}");
    assert_eq!(KeySet::of(&format!("{issuer}/keys"), &issuer).read().await.unwrap(), b"{\"keys\":[]}");
    let other = provider("https://other.example").await;
    assert!(matches!(KeySet::of("", &other).read().await, Err(KeySetError::OtherIssuer { .. })));
    let endless = KeySet::of(&format!("{issuer}/endless"), &issuer).read().await;
    assert!(matches!(endless, Err(KeySetError::TooLong { .. })));
    let nowhere = KeySet::of(&format!("{issuer}/nowhere"), &issuer).read().await;
    assert!(matches!(nowhere, Err(KeySetError::Fetch { .. })));
    // Where it leads is no address that was set.
    let elsewhere = KeySet::of(&format!("{issuer}/elsewhere"), &issuer).read().await;
    assert_ne!(elsewhere.unwrap_or_default(), b"{\"keys\":[]}");
}
