//! tus 1.0: https://tus.io/protocols/resumable-upload

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::access::Reach;
use model::ids::UploadId;
use sha2::{Digest, Sha256};
use xinge::applications::default_tenant;

use crate::support::{Answer, TestService, papers};

const TUS: (&str, &str) = ("tus-resumable", "1.0.0");
const PIECES: (&str, &str) = ("content-type", "application/offset+octet-stream");

struct Tus<'t> {
    test: &'t TestService,
    application: String,
}

impl<'t> Tus<'t> {
    fn new(test: &'t TestService) -> Self {
        Self { test, application: test.application() }
    }

    fn announce(&self, length: usize) -> Answer {
        let path = format!("/v1/applications/{}/uploads", self.application);
        let metadata = format!("filename {},relativePath bnVsbA==", STANDARD.encode("流水.csv"));
        let headers = [TUS, ("upload-length", &length.to_string()), ("upload-metadata", &metadata)];
        self.test.client.send("POST", &path, &headers, b"")
    }

    fn announced(&self, length: usize) -> String {
        let answer = self.announce(length);
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(answer.header("tus-resumable"), Some("1.0.0"));
        assert_eq!(answer.header("upload-offset"), Some("0"));
        answer.header("location").unwrap().to_owned()
    }

    fn patch(&self, path: &str, offset: usize, checksum: Option<&str>, body: &[u8]) -> Answer {
        let offset = offset.to_string();
        let mut headers = vec![TUS, PIECES, ("upload-offset", offset.as_str())];
        headers.extend(checksum.map(|checksum| ("upload-checksum", checksum)));
        self.test.client.send("PATCH", path, &headers, body)
    }

    fn offset(&self, path: &str) -> usize {
        let answer = self.test.client.send("HEAD", path, &[TUS], b"");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.header("upload-offset").unwrap().parse().unwrap()
    }
}

#[test]
fn a_file_comes_in_pieces_and_is_a_document_as_any_other() {
    let test = TestService::new();
    let tus = Tus::new(&test);
    let file = papers::alipay(1);
    let path = tus.announced(file.len());
    let first = tus.patch(&path, 0, None, &file[..100]);
    assert_eq!((first.status, first.header("upload-offset")), (204, Some("100")), "{first:?}");
    assert!(first.header("upload-expires").unwrap().ends_with(" GMT"));
    assert_eq!(tus.offset(&path), 100);
    let wrong = tus.patch(&path, 99, None, &file[99..]);
    assert_eq!((wrong.status, wrong.code().as_str()), (409, "upload_offset"));
    let last = tus.patch(&path, 100, None, &file[100..]);
    assert_eq!(last.status, 204, "{last:?}");
    let document = last.header("document-id").unwrap().to_owned();
    assert_eq!(tus.offset(&path), file.len());

    test.run_jobs();
    let read = test.found(&format!("/v1/documents/{document}"));
    assert_eq!((&read["state"], &read["filename"]), (&"parsed".into(), &"流水.csv".into()));
    assert_eq!(test.found(&path)["document_id"], document.as_str());
    // The same bytes by the other way are the same document.
    assert_eq!(test.filed(&tus.application, "again.csv", &file)["id"], document.as_str());
    assert_eq!(std::fs::read_dir(test.folder.join("blobs/partial")).unwrap().count(), 0);
}

#[test]
fn a_dropped_network_loses_nothing_that_arrived() {
    let test = TestService::new();
    let tus = Tus::new(&test);
    let file = papers::alipay(1);
    let path = tus.announced(file.len());
    let mut stream = TcpStream::connect(test.client.address).unwrap();
    let head = format!(
        "PATCH {path} HTTP/1.1\r\nhost: {}\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\n\
         content-type: application/offset+octet-stream\r\ncontent-length: {}\r\n\r\n",
        test.client.address,
        file.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&file[..200]).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    drop(stream);
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    while tus.offset(&path) < 200 && std::time::Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    let arrived = tus.offset(&path);
    assert_eq!(arrived, 200);
    // The lock of the dropped request goes with it.
    let last = loop {
        let answer = tus.patch(&path, arrived, None, &file[arrived..]);
        if answer.status != 423 || std::time::Instant::now() > deadline {
            break answer;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(last.status, 204, "{last:?}");
    test.run_jobs();
    let document = test.found(&format!("/v1/documents/{}", last.header("document-id").unwrap()));
    assert_eq!(document["state"], "parsed");
}

#[test]
fn bytes_that_do_not_fit_their_checksum_do_not_count() {
    let test = TestService::new();
    let tus = Tus::new(&test);
    let file = papers::alipay(1);
    let path = tus.announced(file.len());
    let checksum = |bytes: &[u8]| format!("sha256 {}", STANDARD.encode(Sha256::digest(bytes)));
    let wrong = tus.patch(&path, 0, Some(&checksum(b"other")), &file[..100]);
    assert_eq!((wrong.status, wrong.code().as_str()), (460, "checksum_mismatch"));
    assert_eq!(tus.offset(&path), 0);
    for bad in ["crc32 AAAA", "sha256 AAAA", "sha256"] {
        assert_eq!(tus.patch(&path, 0, Some(bad), &file[..100]).status, 400, "{bad}");
    }
    assert_eq!(tus.patch(&path, 0, Some(&checksum(&file[..100])), &file[..100]).status, 204);
    let last = tus.patch(&path, 100, Some(&checksum(&file[100..])), &file[100..]);
    assert!(last.header("document-id").is_some(), "{last:?}");
    test.run_jobs();
}

#[test]
fn the_first_piece_may_come_with_the_announcement() {
    let test = TestService::new();
    let tus = Tus::new(&test);
    let file = papers::alipay(1);
    let path = format!("/v1/applications/{}/uploads", tus.application);
    let headers = [TUS, PIECES, ("upload-length", &file.len().to_string())];
    let answer = test.client.send("POST", &path, &headers, &file);
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.header("upload-offset"), Some(file.len().to_string().as_str()));
    assert!(answer.header("document-id").is_some());
    test.run_jobs();
}

#[test]
fn an_upload_expires_and_can_be_ended() {
    let test = TestService::new();
    let tus = Tus::new(&test);
    let (ended, expired) = (tus.announced(10), tus.announced(10));
    tus.patch(&ended, 0, None, b"abc");
    assert_eq!(test.client.send("DELETE", &ended, &[TUS], b"").status, 204);
    assert_eq!(test.client.send("HEAD", &ended, &[TUS], b"").status, 404);
    tus.patch(&expired, 0, None, b"abc");
    test.advance(Duration::from_secs(24 * 3600));
    assert_eq!(test.client.send("HEAD", &expired, &[TUS], b"").status, 410);
    assert_eq!(tus.patch(&expired, 3, None, b"d").code(), "upload_expired");
    assert_eq!(test.block_on(test.service.sweep_uploads()).unwrap(), 1);
    assert_eq!(test.client.send("HEAD", &expired, &[TUS], b"").status, 404);
    assert_eq!(std::fs::read_dir(test.folder.join("blobs/partial")).unwrap().count(), 0);
}

#[test]
fn what_a_crash_left_whole_becomes_a_document() {
    let test = TestService::new();
    let tus = Tus::new(&test);
    let file = papers::alipay(1);
    for ask in [true, false] {
        let path = tus.announced(file.len());
        let id = UploadId::parse(path.rsplit('/').next().unwrap()).unwrap();
        // All of it was written, and nothing more was done.
        test.block_on(async {
            let reach = Reach::of(default_tenant());
            let mut partial = test.service.continue_upload(&reach, &id, 0, None).await.unwrap();
            partial.write(&file).await.unwrap();
            partial.finish().await.unwrap();
        });
        if ask {
            assert_eq!(tus.offset(&path), file.len());
        } else {
            assert_eq!(test.block_on(test.service.sweep_uploads()).unwrap(), 1);
        }
        assert!(test.found(&path)["document_id"].is_string());
    }
    test.run_jobs();
    let documents = test.found(&format!("/v1/applications/{}/documents", tus.application));
    assert_eq!(documents["items"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_not_tus_is_refused() {
    let test = TestService::new();
    let tus = Tus::new(&test);
    let path = format!("/v1/applications/{}/uploads", tus.application);
    let post = |headers: &[(&str, &str)]| test.client.send("POST", &path, headers, b"").code();
    assert_eq!(post(&[("upload-length", "3")]), "tus_version");
    assert_eq!(post(&[TUS]), "invalid_request");
    assert_eq!(post(&[TUS, ("upload-length", "-3")]), "invalid_request");
    assert_eq!(post(&[TUS, ("upload-length", "99999999999")]), "too_large");
    let upload = tus.announced(3);
    let headers = [TUS, ("upload-offset", "0"), ("content-type", "text/plain")];
    assert_eq!(test.client.send("PATCH", &upload, &headers, b"abc").status, 415);
    let long = tus.patch(&upload, 0, None, b"abcd");
    assert_eq!((long.status, long.code().as_str()), (400, "invalid_request"));
    assert_eq!(tus.offset(&upload), 0);
    assert_eq!(tus.patch("/v1/uploads/upl_0", 0, None, b"x").status, 404);
    let described = test.client.send("OPTIONS", &path, &[], b"");
    assert_eq!((described.status, described.header("tus-version")), (204, Some("1.0.0")));
    assert!(described.header("tus-extension").unwrap().contains("checksum"));
    assert_eq!(described.header("tus-max-size"), Some("104857600"));
    for _ in 0..19 {
        tus.announced(3);
    }
    assert_eq!(tus.announce(3).code(), "too_many_uploads");
    // An empty file is whole as soon as it is announced.
    let other = Tus::new(&test);
    let empty = other.announce(0);
    assert!(empty.header("document-id").is_some(), "{empty:?}");
    test.run_jobs();
}

#[test]
fn the_head_of_an_upload_has_no_body() {
    let test = TestService::new();
    let tus = Tus::new(&test);
    let path = tus.announced(3);
    let mut stream = TcpStream::connect(test.client.address).unwrap();
    let head = format!(
        "HEAD {path} HTTP/1.1\r\nhost: {}\r\ntus-resumable: 1.0.0\r\nconnection: close\r\n\r\n",
        test.client.address
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\n"), "{answer}");
    assert!(answer.contains("cache-control: no-store"), "{answer}");
}
