//! Receiving a file: as a form or as the body itself, written down piece by piece and bounded as it comes.

use std::sync::Arc;
use std::time::Duration;

use axum::body::BodyDataStream;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::StreamExt;
use model::Sensitive;
use model::access::Reach;
use model::ids::ApplicationId;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::applications::{Error, NewFile, Service, StoredFile};
use crate::auth::Caller;
use crate::wire::application::FiledDocumentOut;

use super::documents::{self, PASSWORD_BYTES_MAX};
use super::extract::{ApplicationPath, json, once};
use super::problem::Problem;

/// A refused upload is read to this length and thrown away: most clients look for an answer only when they have sent
/// everything, and would see a broken connection instead of the reason.
const REFUSED_BYTES_MAX: u64 = 512 << 20;
/// What a form may be longer than its file: boundaries, names and passwords.
const FORM_BYTES_MAX: u64 = 64 << 10;
/// Most text documents are read in a tenth of this; what takes longer is asked for again.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// ext4 allows 255 bytes, NTFS 255 UTF-16 units.
const FILENAME_CHARACTERS_MAX: usize = 255;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Named {
    /// The file's name, when the body is the file itself; or the header `X-Filename`, percent-encoded.
    filename: Option<String>,
}

/// The form of an upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form; it is read field by field as it comes")]
pub(super) struct UploadForm {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// May stand more than once; each is tried.
    password: Option<String>,
}

/// A request's file and what came with it.
struct Received {
    file: NewFile,
    headers: HeaderMap,
    path: String,
    method: axum::http::Method,
}

/// Upload a document
///
/// A form with `file` (and `password`, as often as needed), or the file itself as the body. The answer comes when the
/// file is safe; it is read afterwards: ask for the document until its state is `parsed` or `failed`. With a password
/// it is read before the answer, since passwords are neither stored nor logged. The same bytes twice in one
/// application are one document. A ZIP archive is a document whose files are documents of their own.
#[utoipa::path(
    post, path = "/v1/applications/{id}/documents", tag = "documents", security(("bearer" = ["documents:write"])),
    params(
        ("id" = String, Path, description = "`app_…`"),
        Named,
        ("X-Filename" = Option<String>, Header, description = "Percent-encoded name, when the body is the file itself"),
        ("X-Document-Password" = Option<String>, Header, description = "Percent-encoded, when the body is the file itself"),
        ("Prefer" = Option<String>, Header, description = "`wait=1`: the answer comes when the file has been read, or \
            after that many seconds (at most 10)"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request with the same key is done once"),
    ),
    request_body(content((UploadForm = "multipart/form-data"), (Vec<u8> = "application/octet-stream"))),
    responses(
        (status = 202, body = FiledDocumentOut, headers(("Location" = String))),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn upload_document(
    State(service): State<Arc<Service>>,
    caller: Caller,
    ApplicationPath(id): ApplicationPath,
    request: Request,
) -> Result<Response, Problem> {
    // Asked first, so that a long upload to nowhere is not written down.
    if let Err(error) = service.application(&caller.reach, &id).await {
        throw_away(request.into_body().into_data_stream()).await;
        return Err(error.into());
    }
    let received = receive(&service, &caller.reach, &id, request).await?;
    documents::check(&received.file.passwords)?;
    let content = format!("{}\n{}", received.file.stored.sha256, received.file.filename.reveal());
    let once = once(&received.method, &received.path, &received.headers, content.as_bytes())?;
    let patience = patience(&received.headers);
    let filed = service.file_document(&caller.reach, &id, received.file, once.as_ref()).await?;
    let document = match patience {
        Some(patience) => service.document_when_read(&caller.reach, &filed.document.id, patience).await?,
        None => filed.document,
    };
    let mut response = json(StatusCode::ACCEPTED, &FiledDocumentOut::from(&document))?;
    if let Ok(location) = HeaderValue::from_str(&format!("/v1/documents/{}", document.id)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn receive(service: &Service, reach: &Reach, id: &ApplicationId, request: Request) -> Result<Received, Problem> {
    let limit = service.reader.limits.file_bytes;
    let headers = request.headers().clone();
    let path = request.uri().path().to_owned();
    let method = request.method().clone();
    let length = header_text(&headers, "content-length").and_then(|text| text.parse::<u64>().ok());
    if length.is_some_and(|length| length > limit.saturating_add(FORM_BYTES_MAX)) {
        throw_away(request.into_body().into_data_stream()).await;
        return Err(Problem::body_too_large(limit));
    }
    let kind = header_text(&headers, "content-type").unwrap_or_default().to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let file = match kind {
        "multipart/form-data" => receive_form(service, reach, id, request).await?,
        // What clients send when nobody told them what it is: the file would be quoted or encoded.
        "application/json" | "application/x-www-form-urlencoded" => {
            return Err(Problem::unsupported_media_type(
                "multipart/form-data，或文件本身",
                "multipart/form-data, or the file itself",
            ));
        }
        _ => receive_body(service, reach, id, request, &headers).await?,
    };
    Ok(Received { file, headers, path, method })
}

async fn receive_body(
    service: &Service,
    reach: &Reach,
    id: &ApplicationId,
    request: Request,
    headers: &HeaderMap,
) -> Result<NewFile, Problem> {
    let Query(named) = Query::<Named>::try_from_uri(request.uri())?;
    let name = named.filename.or_else(|| header_text(headers, "x-filename").map(percent_decoded));
    let password = header_text(headers, "x-document-password").map(percent_decoded);
    let mut incoming = service.receive_file(reach, id).await?;
    let mut body = request.into_body().into_data_stream();
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|_| Problem::body_cut_short())?;
        if let Err(error) = incoming.write(&piece).await {
            drop(incoming);
            throw_away(body).await;
            return Err(Error::from(error).into());
        }
    }
    let stored = incoming.finish().await.map_err(Error::from)?;
    Ok(NewFile {
        filename: Sensitive::new(plain_name(name.as_deref())),
        stored,
        passwords: password.into_iter().map(Sensitive::new).collect(),
    })
}

async fn throw_away(mut body: BodyDataStream) {
    let mut length = 0_u64;
    while let Some(Ok(piece)) = body.next().await {
        length = length.saturating_add(piece.len() as u64);
        if length > REFUSED_BYTES_MAX {
            return;
        }
    }
}

async fn receive_form(
    service: &Service,
    reach: &Reach,
    id: &ApplicationId,
    request: Request,
) -> Result<NewFile, Problem> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Problem::body_cut_short())?;
    let mut file = None;
    let mut passwords = Vec::new();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "file" if file.is_some() => {
                return Err(Problem::invalid("一次只能上传一个 file。", "Only one `file` in a request."));
            }
            "file" => file = Some(receive_part(service, reach, id, field).await?),
            "password" if passwords.len() < documents::PASSWORDS_MAX => {
                passwords.extend(small_text(field).await?.map(Sensitive::new));
            }
            "password" => documents::check(&vec![Sensitive::new(String::new()); documents::PASSWORDS_MAX + 1])?,
            other => {
                let other: String = other.chars().take(64).collect();
                return Err(Problem::invalid(
                    format!("表单里有不认识的字段：{other}。"),
                    format!("The form has a field that is not taken here: {other}."),
                ));
            }
        }
    }
    let Some((filename, stored)) = file else {
        return Err(Problem::invalid("表单里没有 file。", "The form has no `file`."));
    };
    Ok(NewFile { filename, stored, passwords })
}

async fn receive_part(
    service: &Service,
    reach: &Reach,
    id: &ApplicationId,
    mut field: Field<'_>,
) -> Result<(Sensitive<String>, StoredFile), Problem> {
    let filename = Sensitive::new(plain_name(field.file_name()));
    let mut incoming = service.receive_file(reach, id).await?;
    while let Some(piece) = field.chunk().await.map_err(broken)? {
        incoming.write(&piece).await.map_err(Error::from)?;
    }
    let stored = incoming.finish().await.map_err(Error::from)?;
    Ok((filename, stored))
}

/// A field's text, bounded; `None` when it is empty.
async fn small_text(mut field: Field<'_>) -> Result<Option<String>, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(broken)? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > PASSWORD_BYTES_MAX {
            break;
        }
    }
    let text =
        String::from_utf8(bytes).map_err(|_| Problem::invalid("password 应为 UTF-8。", "password must be UTF-8."))?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

fn broken(_error: MultipartError) -> Problem {
    Problem::body_cut_short()
}

/// `Prefer: wait=1` (RFC 7240): how long the caller would rather wait for the file to be read than ask again.
fn patience(headers: &HeaderMap) -> Option<Duration> {
    let preferences = header_text(headers, "prefer")?.split([',', ';']);
    let seconds = preferences.filter_map(|one| one.trim().strip_prefix("wait=")).find_map(|text| text.parse().ok())?;
    Some(Duration::from_secs(seconds).min(WAIT_MAX))
}

fn header_text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// A name without folders and control characters.
pub(super) fn plain_name(name: Option<&str>) -> String {
    let last = name.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control()).take(FILENAME_CHARACTERS_MAX).collect();
    match plain.trim() {
        "" | "." | ".." => "upload".to_owned(),
        plain => plain.to_owned(),
    }
}

/// `%E6%B5%81` → 流; what is no escape stays as it is.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = match (first, after) {
            (b'%', [high, low, beyond @ ..]) => hex(*high).zip(hex(*low)).map(|(h, l)| (h * 16 + l, beyond)),
            _ => None,
        };
        let (byte, beyond) = escaped.unwrap_or((first, after));
        bytes.push(byte);
        rest = beyond;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_is_read_and_bounded() {
        for (text, seconds) in [("wait=1", Some(1)), ("respond-async, wait=99", Some(10)), ("wait=x", None), ("", None)]
        {
            let headers = HeaderMap::from_iter([(header::HeaderName::from_static("prefer"), text.parse().unwrap())]);
            assert_eq!(patience(&headers), seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn names_lose_what_could_lead_elsewhere() {
        for (given, kept) in [
            (Some("流水.pdf"), "流水.pdf"),
            (Some("../../etc/passwd"), "passwd"),
            (Some("C:\\papers\\a.csv"), "a.csv"),
            (Some("a\0b\n.csv"), "ab.csv"),
            (Some(".."), "upload"),
            (None, "upload"),
        ] {
            assert_eq!(plain_name(given), kept, "{given:?}");
        }
    }

    #[test]
    fn escapes_are_read_and_the_rest_kept() {
        assert_eq!(percent_decoded("%E6%B5%81a%20b"), "流a b");
        assert_eq!(percent_decoded("100%"), "100%");
        assert_eq!(percent_decoded("%zz"), "%zz");
    }
}
