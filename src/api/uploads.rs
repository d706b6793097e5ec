//! Resumable uploads: tus 1.0 with the extensions creation, creation-with-upload, checksum, expiration and termination
//! (<https://tus.io/protocols/resumable-upload>).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use model::Sensitive;
use model::access::Reach;
use model::ids::UploadId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::applications::{Checksum, Error, Received, Service};
use crate::auth::Caller;
use crate::wire::application::moment;

use super::extract::{ApplicationPath, UploadPath, json};
use super::problem::Problem;
use super::upload::plain_name;

const VERSION: &str = "1.0.0";
const EXTENSIONS: &str = "creation,creation-with-upload,checksum,expiration,termination";
const ALGORITHMS: &str = "sha1,sha256";
const PIECES: &str = "application/offset+octet-stream";

const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
const TUS_CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
/// Ours: which document it became.
const DOCUMENT_ID: HeaderName = HeaderName::from_static("document-id");

/// What pages of another site may read of these answers.
pub(super) const EXPOSED_HEADERS: [HeaderName; 8] = [
    TUS_RESUMABLE,
    TUS_VERSION,
    TUS_EXTENSION,
    TUS_MAX_SIZE,
    UPLOAD_OFFSET,
    UPLOAD_LENGTH,
    UPLOAD_EXPIRES,
    DOCUMENT_ID,
];

/// An upload as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UploadOut {
    /// `upl_…`
    id: String,
    application_id: String,
    length_bytes: u64,
    offset_bytes: u64,
    /// RFC 3339, `+08:00`.
    expires_at: String,
    /// There once all of it has come.
    document_id: Option<String>,
}

/// What the service takes
#[utoipa::path(
    options, path = "/v1/applications/{id}/uploads", tag = "uploads", security(()),
    params(("id" = String, Path, description = "`app_…`")),
    responses((status = 204, description = "Version, extensions and the largest file, in headers"))
)]
pub(super) async fn describe_uploads(State(service): State<Arc<Service>>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(TUS_RESUMABLE, HeaderValue::from_static(VERSION));
    headers.insert(TUS_VERSION, HeaderValue::from_static(VERSION));
    headers.insert(TUS_EXTENSION, HeaderValue::from_static(EXTENSIONS));
    headers.insert(TUS_CHECKSUM_ALGORITHM, HeaderValue::from_static(ALGORITHMS));
    headers.insert(TUS_MAX_SIZE, HeaderValue::from(service.reader.limits.file_bytes));
    response
}

/// Announce a file that comes in pieces (tus)
///
/// `Upload-Metadata` may have a `filename`. With the body `application/offset+octet-stream` the first piece comes along.
/// When all of it has come it is a document as any other, whose id the last answer gives in `Document-Id`.
#[utoipa::path(
    post, path = "/v1/applications/{id}/uploads", tag = "uploads", security(("bearer" = ["documents:write"])),
    params(
        ("id" = String, Path, description = "`app_…`"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Length" = u64, Header, description = "Bytes of the whole file"),
        ("Upload-Metadata" = Option<String>, Header, description = "`filename ` and the name in Base64"),
    ),
    responses(
        (status = 201, headers(("Location" = String), ("Upload-Offset" = u64), ("Upload-Expires" = String))),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 412, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn announce_upload(
    State(service): State<Arc<Service>>,
    caller: Caller,
    ApplicationPath(id): ApplicationPath,
    request: Request,
) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    check_version(&headers)?;
    let length = number(&headers, &UPLOAD_LENGTH).ok_or_else(|| {
        Problem::invalid("Upload-Length 应为文件的字节数。", "Upload-Length must be the file's number of bytes.")
    })?;
    let filename = Sensitive::new(plain_name(filename(&headers).as_deref()));
    let announced = service.announce_upload(&caller.reach, &id, filename, length).await?;
    let upload = announced.upload.id.clone();
    let brings_bytes = is_pieces(&headers) && length > 0;
    let received = if brings_bytes {
        receive(&service, &caller.reach, &upload, 0, &headers, request.into_body()).await?
    } else {
        announced
    };
    let mut response = answer(StatusCode::CREATED, &received);
    if let Ok(location) = HeaderValue::from_str(&format!("/v1/uploads/{upload}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// How much of an upload has come (tus)
#[utoipa::path(
    head, path = "/v1/uploads/{id}", tag = "uploads", security(("bearer" = ["documents:write"])),
    params(("id" = String, Path, description = "`upl_…`"), ("Tus-Resumable" = String, Header, description = "`1.0.0`")),
    responses(
        (status = 200, headers(("Upload-Offset" = u64), ("Upload-Length" = u64), ("Upload-Expires" = String))),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 410, body = Problem, content_type = "application/problem+json"),
        (status = 412, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn upload_offset(
    State(service): State<Arc<Service>>,
    caller: Caller,
    UploadPath(id): UploadPath,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    check_version(&headers)?;
    Ok(answer(StatusCode::OK, &service.received(&caller.reach, &id).await?))
}

/// One upload and how much of it has come
#[utoipa::path(
    get, path = "/v1/uploads/{id}", tag = "uploads", security(("bearer" = ["documents:read"])),
    params(("id" = String, Path, description = "`upl_…`")),
    responses(
        (status = 200, body = UploadOut),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 410, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get_upload(
    State(service): State<Arc<Service>>,
    caller: Caller,
    UploadPath(id): UploadPath,
) -> Result<Response, Problem> {
    let Received { upload, offset_bytes } = service.received(&caller.reach, &id).await?;
    let out = UploadOut {
        id: upload.id.to_string(),
        application_id: upload.application.to_string(),
        length_bytes: upload.length_bytes,
        offset_bytes,
        expires_at: moment(upload.expires_ms),
        document_id: upload.document.map(|id| id.to_string()),
    };
    json(StatusCode::OK, &out)
}

/// Send more of a file (tus)
///
/// What arrived before a connection broke counts, unless it came with `Upload-Checksum`.
#[utoipa::path(
    patch, path = "/v1/uploads/{id}", tag = "uploads", security(("bearer" = ["documents:write"])),
    params(
        ("id" = String, Path, description = "`upl_…`"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Offset" = u64, Header, description = "Where these bytes begin"),
        ("Upload-Checksum" = Option<String>, Header, description = "`sha1` or `sha256`, and the digest of these bytes in Base64"),
    ),
    request_body(content((Vec<u8> = "application/offset+octet-stream"))),
    responses(
        (status = 204, headers(("Upload-Offset" = u64), ("Upload-Expires" = String), ("Document-Id" = Option<String>))),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 410, body = Problem, content_type = "application/problem+json"),
        (status = 412, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 423, body = Problem, content_type = "application/problem+json"),
        (status = 460, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn continue_upload(
    State(service): State<Arc<Service>>,
    caller: Caller,
    UploadPath(id): UploadPath,
    request: Request,
) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    check_version(&headers)?;
    if !is_pieces(&headers) {
        return Err(Problem::unsupported_media_type(PIECES, PIECES));
    }
    let offset = number(&headers, &UPLOAD_OFFSET)
        .ok_or_else(|| Problem::invalid("Upload-Offset 应为一个整数。", "Upload-Offset must be a whole number."))?;
    let received = receive(&service, &caller.reach, &id, offset, &headers, request.into_body()).await?;
    Ok(answer(StatusCode::NO_CONTENT, &received))
}

/// Forget an upload (tus)
///
/// What has become a document stays one.
#[utoipa::path(
    delete, path = "/v1/uploads/{id}", tag = "uploads", security(("bearer" = ["documents:write"])),
    params(("id" = String, Path, description = "`upl_…`"), ("Tus-Resumable" = String, Header, description = "`1.0.0`")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 412, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn end_upload(
    State(service): State<Arc<Service>>,
    caller: Caller,
    UploadPath(id): UploadPath,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    check_version(&headers)?;
    service.end_upload(&caller.reach, &id).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(TUS_RESUMABLE, HeaderValue::from_static(VERSION));
    Ok(response)
}

async fn receive(
    service: &Service,
    reach: &Reach,
    id: &UploadId,
    offset: u64,
    headers: &HeaderMap,
    body: Body,
) -> Result<Received, Problem> {
    let checksum = checksum(headers)?;
    let is_checked = checksum.is_some();
    let mut partial = service.continue_upload(reach, id, offset, checksum).await?;
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let Ok(piece) = piece else {
            // Whole or not, unchecked bytes that came are bytes of the file.
            if !is_checked {
                partial.finish().await.map_err(Error::from)?;
            }
            return Err(Problem::body_cut_short());
        };
        partial.write(&piece).await.map_err(Error::from)?;
    }
    partial.finish().await.map_err(Error::from)?;
    Ok(service.received(reach, id).await?)
}

fn answer(status: StatusCode, received: &Received) -> Response {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    headers.insert(TUS_RESUMABLE, HeaderValue::from_static(VERSION));
    headers.insert(UPLOAD_OFFSET, HeaderValue::from(received.offset_bytes));
    headers.insert(UPLOAD_LENGTH, HeaderValue::from(received.upload.length_bytes));
    if let Ok(at) = HeaderValue::from_str(&http_date(received.upload.expires_ms)) {
        headers.insert(UPLOAD_EXPIRES, at);
    }
    let document = received.upload.document.as_ref().and_then(|id| HeaderValue::from_str(id.as_str()).ok());
    if let Some(document) = document {
        headers.insert(DOCUMENT_ID, document);
    }
    response
}

fn check_version(headers: &HeaderMap) -> Result<(), Problem> {
    if text(headers, &TUS_RESUMABLE) == Some(VERSION) { Ok(()) } else { Err(Problem::other_tus_version()) }
}

fn is_pieces(headers: &HeaderMap) -> bool {
    text(headers, &header::CONTENT_TYPE).is_some_and(|kind| kind.trim().eq_ignore_ascii_case(PIECES))
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let text = text(headers, name)?;
    // `parse` takes a sign as well.
    text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()))
}

/// `filename 5rWB5rC0LnBkZg==,filetype …` → 流水.pdf
fn filename(headers: &HeaderMap) -> Option<String> {
    let pairs = text(headers, &UPLOAD_METADATA)?;
    let value = pairs.split(',').find_map(|pair| {
        let (key, value) = pair.trim().split_once(' ')?;
        (key == "filename").then_some(value)
    })?;
    String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()
}

fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>, Problem> {
    let Some(value) = headers.get(UPLOAD_CHECKSUM) else { return Ok(None) };
    let parts = value.to_str().ok().and_then(|text| text.trim().split_once(' '));
    let digest = parts.and_then(|(name, digest)| Some((name, STANDARD.decode(digest.trim()).ok()?)));
    match digest {
        Some(("sha1", digest)) if digest.len() == 20 => Ok(Some(Checksum::Sha1(digest))),
        Some(("sha256", digest)) if digest.len() == 32 => Ok(Some(Checksum::Sha256(digest))),
        _ => Err(Problem::invalid(
            "Upload-Checksum 应为 sha1 或 sha256 加上 Base64 的摘要。",
            "Upload-Checksum must be sha1 or sha256 and the digest in Base64.",
        )),
    }
}

/// RFC 9110: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(ms: i64) -> String {
    let timestamp = jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    jiff::tz::offset(0).to_datetime(timestamp).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_name_is_read_from_the_metadata() {
        let of = |value| filename(&headers(UPLOAD_METADATA, value));
        assert_eq!(of("filetype YQ==,filename 5rWB5rC0LnBkZg==").as_deref(), Some("流水.pdf"));
        assert_eq!(of("is_confidential,name YQ=="), None);
        assert_eq!(of("filename !"), None);
    }

    #[test]
    fn numbers_are_digits_only() {
        for (value, read) in [("0", Some(0)), ("17", Some(17)), ("+1", None), ("-1", None), ("1.0", None), ("", None)] {
            assert_eq!(number(&headers(UPLOAD_LENGTH, value), &UPLOAD_LENGTH), read, "{value}");
        }
    }

    #[test]
    fn times_are_told_as_http_does() {
        assert_eq!(http_date(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
