//! The stream over which a conversation with an SMTP server goes, encrypted or not: what lettre
//! would read into a line without end ends here.

use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// No conversation about one mail needs more from the server, in bytes: a few hundred for its
/// replies, some thousands for its certificates. lettre reads a reply anew with each of its lines.
const MOST: usize = 24 * 1024;

/// A connection read a byte at a time. Whatever an attacker appends to the clear-text reply to
/// STARTTLS then still waits in the socket, where it breaks the TLS handshake, and not in a line
/// buffer, where it would pass for a reply to a later, encrypted command.
#[derive(Debug)]
pub(super) struct ByteByByte<S> {
    stream: S,
    peer: SocketAddr,
    left: usize,
}

impl<S> ByteByByte<S> {
    pub(super) fn over(stream: S, peer: SocketAddr) -> Self {
        ByteByByte { stream, peer, left: MOST }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ByteByByte<S> {
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
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut one))?;
        let endless = || io::Error::other("the server doesn't stop talking");
        self.left = self.left.checked_sub(one.filled().len()).ok_or_else(endless)?;
        buffer.put_slice(one.filled());
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ByteByByte<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + AsyncWrite + Debug + Send + Sync + Unpin> AsyncTokioStream for ByteByByte<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}
