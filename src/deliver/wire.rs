//! The streams over which a conversation with an SMTP server goes: what lettre reads into a line
//! without end ends here.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// No conversation about one mail needs more from the server, in bytes: a few hundred for its
/// replies, some thousands for its certificates. lettre reads a reply anew with each of its lines.
const MOST: usize = 24 * 1024;

/// A connection read a byte at a time. Whatever an attacker appends to the clear-text reply to
/// STARTTLS then still waits in the socket, where it breaks the TLS handshake, and not in a line
/// buffer, where it would pass for a reply to a later, encrypted command.
#[derive(Debug)]
pub(super) struct ByteByByte {
    tcp: TcpStream,
    left: usize,
}

impl ByteByByte {
    pub(super) fn over(tcp: TcpStream) -> ByteByByte {
        ByteByByte { tcp, left: MOST }
    }
}

impl AsyncRead for ByteByByte {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if buffer.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        let mut byte = [0];
        let mut one = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut self.tcp).poll_read(context, &mut one))?;
        self.left = spent(self.left, one.filled().len())?;
        buffer.put_slice(one.filled());
        Poll::Ready(Ok(()))
    }
}

fn spent(left: usize, read: usize) -> io::Result<usize> {
    left.checked_sub(read).ok_or_else(|| io::Error::other("the server doesn't stop talking"))
}

impl AsyncWrite for ByteByByte {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(context)
    }
}

impl AsyncTokioStream for ByteByByte {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.peer_addr()
    }
}

/// A connection that was encrypted from its first byte on.
#[derive(Debug)]
pub(super) struct Encrypted(pub(super) TlsStream<ByteByByte>);

impl AsyncRead for Encrypted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

impl AsyncTokioStream for Encrypted {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}
