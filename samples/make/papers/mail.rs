//! Bills by mail: a page of nested tables, and the message around it.

use std::fmt::Write as _;

use crate::text::gb18030;

/// How a message's body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8Base64,
    /// The header names no charset, as one bank's does not.
    GbkBase64Unnamed,
    Utf8Quoted,
}

/// A row of cells; empty cells stay cells.
#[must_use]
pub fn row(cells: &[&str]) -> String {
    let mut text = "<tr>".to_owned();
    for cell in cells {
        let _ = write!(text, "<td align=\"left\"><font size=\"2\">{}</font></td>", escaped(cell));
    }
    text + "</tr>"
}

/// A row that is a table in a table, as report servers write the bands of a list.
#[must_use]
pub fn band(id: &str, cells: &[&str]) -> String {
    format!(
        "<tr><td><span id=\"{id}\"><table width=\"100%\"><tbody><tr><td><table><tbody>{}</tbody></table></td></tr>\
         </tbody></table></span></td></tr>",
        row(cells)
    )
}

#[must_use]
pub fn table(rows: &[String]) -> String {
    format!("<table border=\"0\" cellspacing=\"0\"><tbody>{}</tbody></table>", rows.concat())
}

/// A frame of one cell, as deep as mails go.
#[must_use]
pub fn framed(inner: &str) -> String {
    format!("<table width=\"750\"><tr><td><table><tr><td>{inner}</td></tr></table></td></tr></table>")
}

#[must_use]
pub fn page(title: &str, body: &str) -> String {
    format!(
        "<html><head><title>{title}</title><style>td {{ font-size: 12px }}</style></head>\
         <body bgcolor=\"#ffffff\">{body}</body></html>"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The whole message; with `nested`, the page stands a multipart deeper than usual.
#[must_use]
pub fn message(subject: &str, from: &str, html: &str, encoding: Encoding, nested: bool) -> Vec<u8> {
    let (charset, transfer, body) = match encoding {
        Encoding::Utf8Base64 => ("; charset=\"utf-8\"", "base64", wrapped(&base64(html.as_bytes()))),
        Encoding::GbkBase64Unnamed => ("", "base64", wrapped(&base64(&gb18030(html)))),
        Encoding::Utf8Quoted => ("; charset=\"utf-8\"", "quoted-printable", quoted(html.as_bytes())),
    };
    let subject = base64(subject.as_bytes());
    let part = format!("Content-Type: text/html{charset}\r\nContent-Transfer-Encoding: {transfer}\r\n\r\n{body}\r\n");
    let inner = if nested {
        format!(
            "--outer\r\nContent-Type: multipart/alternative; boundary=\"inner\"\r\n\r\n--inner\r\n\
             Content-Type: text/plain; charset=\"utf-8\"\r\n\r\nPlease read this mail as HTML.\r\n--inner\r\n{part}--inner--\r\n"
        )
    } else {
        format!("--outer\r\n{part}")
    };
    format!(
        "From: <{from}>\r\nTo: <reader@mail.example>\r\nSubject: =?utf-8?B?{subject}?=\r\n\
         Date: Fri, 6 Mar 2026 09:30:00 +0800\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"outer\"\r\n\r\n{inner}--outer--\r\n"
    )
    .into_bytes()
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let padded = chunk.iter().chain([&0, &0]).take(3).fold(0_u32, |value, byte| value << 8 | u32::from(*byte));
        for index in 0..4 {
            let six = (padded >> (18 - 6 * index)) & 63;
            let digit = BASE64.get(six as usize).copied().unwrap_or(b'A');
            text.push(if index <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

fn wrapped(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(76).map(|line| line.iter().collect::<String>()).collect::<Vec<_>>().join("\r\n")
}

fn quoted(bytes: &[u8]) -> String {
    let (mut text, mut column) = (String::new(), 0);
    for byte in bytes {
        let plain = matches!(byte, b' '..=b'~') && *byte != b'=';
        let written = if plain { char::from(*byte).to_string() } else { format!("={byte:02X}") };
        if column + written.len() > 75 {
            text.push_str("=\r\n");
            column = 0;
        }
        column += written.len();
        text.push_str(&written);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_mail_programs_read() {
        assert_eq!(base64(b"a"), "YQ==");
        assert_eq!(base64(b"abc"), "YWJj");
        assert_eq!(quoted("a=中".as_bytes()), "a=3D=E4=B8=AD");
    }
}
