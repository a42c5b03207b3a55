//! An OAuth2 provider in memory that answers what a test told it to, in order.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone)]
pub struct Provider {
    pub port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<VecDeque<(u16, String)>>>,
    /// While a test holds it, requests come in and none is answered.
    pub gate: Arc<tokio::sync::Mutex<()>>,
}

impl Provider {
    pub async fn start(answers: &[(u16, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let answers = answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
        let provider = Provider {
            port: listener.local_addr().unwrap().port(),
            asked: Arc::default(),
            answers: Arc::new(Mutex::new(answers)),
            gate: Arc::default(),
        };
        let serving = provider.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        provider
    }

    /// The address of one of its pages.
    pub fn page(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Path and body of each request so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    async fn serve(self, mut stream: TcpStream) {
        let mut text = String::new();
        let mut buffer = [0; 4096];
        loop {
            let read = stream.read(&mut buffer).await.unwrap();
            if read == 0 {
                return;
            }
            text += std::str::from_utf8(&buffer[..read]).unwrap();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("content-length").then(|| value.parse().unwrap())
            });
            if body.len() < length.unwrap_or(0) {
                continue;
            }
            let path = head.split(' ').nth(1).unwrap();
            self.asked.lock().unwrap().push(format!("{path} {body}"));
            break;
        }
        drop(self.gate.lock().await);
        let answer = self.answers.lock().unwrap().pop_front();
        let (status, body) = answer.unwrap_or((500, "nothing is left to say".to_owned()));
        let length = body.len();
        let reply = format!(
            "HTTP/1.1 {status} x\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        stream.write_all(reply.as_bytes()).await.unwrap();
    }
}
