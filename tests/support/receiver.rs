//! A program on a socket that takes what is posted to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver as Channel, Sender, channel};
use std::sync::{Arc, Mutex};

use axum::http::{HeaderMap, HeaderName};

/// One message as it came.
#[derive(Debug)]
pub struct Message {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Message {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}: {self:?}")).to_str().unwrap()
    }
}

/// It answers with the status that it is set to.
pub struct Receiver {
    pub address: SocketAddr,
    status: Arc<Mutex<u16>>,
    messages: Channel<Message>,
}

impl Receiver {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let status = Arc::new(Mutex::new(204));
        let (sender, messages) = channel();
        let answers = Arc::clone(&status);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Whoever sends may be killed half way.
                let _ = take(stream, &answers, &sender);
            }
        });
        Self { address, status, messages }
    }

    pub fn answer(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }

    /// What has come since the last call.
    pub fn taken(&self) -> Vec<Message> {
        self.messages.try_iter().collect()
    }
}

/// Takes the messages of one connection, each as it is sent.
fn take(mut stream: TcpStream, status: &Mutex<u16>, sender: &Sender<Message>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(());
    }
    let path = line.strip_prefix("POST ").and_then(|rest| rest.strip_suffix(" HTTP/1.1\r\n"));
    let path = path.unwrap_or_else(|| panic!("no POST: {line}")).to_owned();
    let mut headers = HeaderMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
    }
    let length = headers.get("content-length").and_then(|length| length.to_str().ok()?.parse().ok());
    let Some(length) = length else { return Ok(()) };
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let _ = sender.send(Message { path, headers, body });
    let status = *status.lock().unwrap();
    let place = if status == 302 { "location: /elsewhere\r\n" } else { "" };
    write!(stream, "HTTP/1.1 {status} X\r\n{place}content-length: 0\r\nconnection: close\r\n\r\n")
}
