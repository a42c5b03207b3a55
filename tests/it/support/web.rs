//! A web server on loopback that serves a few files and remembers what it was asked for.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

pub struct Web {
    /// `http://127.0.0.1:PORT/`
    pub base: String,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Web {
    /// `files`: path without its query → body; `-> URL` in a body's place leads there.
    pub async fn start(files: &[(&str, &str)]) -> Self {
        Self::start_with(files, None).await
    }

    /// Over HTTPS, as `https://127.0.0.1:PORT/`, where there is an acceptor.
    pub async fn start_with(files: &[(&str, &str)], tls: Option<TlsAcceptor>) -> Self {
        let files: HashMap<String, String> =
            files.iter().map(|(path, body)| (format!("/{path}"), (*body).to_owned())).collect();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let base = format!("{scheme}://{}/", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (files, log) = (Arc::new(files), Arc::clone(&asked));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (files, log, tls) = (Arc::clone(&files), Arc::clone(&log), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, &files, &log).await,
                        Some(tls) => serve(tls.accept(stream).await?, &files, &log).await,
                    }
                });
            }
        });
        Web { base, asked, task }
    }

    /// Every path that was asked for, with its query, in alphabetical order.
    pub fn asked(&self) -> Vec<String> {
        let mut asked = self.asked.lock().unwrap().clone();
        asked.sort();
        asked
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    files: &HashMap<String, String>,
    log: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut request = String::new();
    while !request.ends_with("\r\n\r\n") {
        if stream.read_line(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let target = request.split(' ').nth(1).unwrap_or_default().to_owned();
    log.lock().unwrap().push(target.clone());
    let path = target.split('?').next().unwrap_or_default();
    let (status, body) = match files.get(path).map(|body| (body.strip_prefix("-> "), body)) {
        Some((Some(elsewhere), _)) => (format!("302 Found\r\nLocation: {elsewhere}"), ""),
        Some((None, body)) => ("200 OK".to_owned(), body.as_str()),
        None => ("404 Not Found".to_owned(), ""),
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await
}
