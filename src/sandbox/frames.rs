//! Messages between a process and its child: a length of eight bytes, little-endian, and that many bytes.

use std::io::{self, Read, Write};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub(super) async fn send(to: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    to.write_all(&(bytes.len() as u64).to_le_bytes()).await?;
    to.write_all(bytes).await?;
    to.flush().await
}

/// Nothing longer than `at_most` is taken: the other end may be in a stranger's hands.
pub(super) async fn receive(from: &mut (impl AsyncRead + Unpin), at_most: u64) -> io::Result<Vec<u8>> {
    let mut length = [0_u8; 8];
    from.read_exact(&mut length).await?;
    let length = bounded(u64::from_le_bytes(length), at_most)?;
    let mut bytes = Vec::new();
    // Grown as it comes: a length that is only claimed takes no memory.
    from.take(length).read_to_end(&mut bytes).await?;
    whole(bytes, length)
}

pub(super) fn write(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    to.write_all(&(bytes.len() as u64).to_le_bytes())?;
    to.write_all(bytes)?;
    to.flush()
}

pub(super) fn read(from: &mut impl Read, at_most: u64) -> io::Result<Vec<u8>> {
    let mut length = [0_u8; 8];
    from.read_exact(&mut length)?;
    let length = bounded(u64::from_le_bytes(length), at_most)?;
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes)?;
    whole(bytes, length)
}

fn bounded(length: u64, at_most: u64) -> io::Result<u64> {
    if length <= at_most { Ok(length) } else { Err(io::ErrorKind::InvalidData.into()) }
}

fn whole(bytes: Vec<u8>, length: u64) -> io::Result<Vec<u8>> {
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_sent_is_received_and_bounded() {
        let mut wire = Vec::new();
        send(&mut wire, b"abc").await.unwrap();
        assert_eq!(receive(&mut wire.as_slice(), 3).await.unwrap(), b"abc");
        assert_eq!(read(&mut wire.as_slice(), 3).unwrap(), b"abc");
        assert!(receive(&mut wire.as_slice(), 2).await.is_err());
        assert!(read(&mut &wire[..10], 3).is_err(), "cut short");
        let mut claimed = Vec::new();
        write(&mut claimed, b"").unwrap();
        claimed[7] = 0xff;
        assert!(read(&mut claimed.as_slice(), u64::MAX).is_err());
    }
}
