//! A small HTTP server that can misbehave: it answers whole, cuts, stalls, or never ends.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Path and query.
    pub(crate) path: String,
    /// The head, in lower case.
    pub(crate) head: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
    }
}

/// How it is answered.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// A whole answer.
    Whole(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// States a length, sends half of the body and hangs up.
    Cut(Vec<u8>),
    /// States this length and sends so many zeros, as long as somebody reads.
    Long(u64),
    /// The same without stating a length.
    Endless(u64),
    /// Says nothing for so long.
    Silent(Duration),
}

impl Answer {
    pub(crate) fn ok(kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self::Whole(200, vec![("content-type", kind.to_owned())], body.into())
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::Whole(status, Vec::new(), b"no".to_vec())
    }

    pub(crate) fn with(self, name: &'static str, value: impl Into<String>) -> Self {
        match self {
            Self::Whole(status, mut headers, body) => {
                headers.push((name, value.into()));
                Self::Whole(status, headers, body)
            }
            other => other,
        }
    }
}

/// A server on a free port of this machine; gone when dropped.
pub(crate) struct Server {
    pub(crate) address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                tokio::spawn(async move {
                    // A client that hangs up early is what some tests are about.
                    drop(serve(stream, &log, answer.as_ref()).await);
                });
            }
        });
        Self { address, asked, task }
    }

    /// The paths that were asked for so far, in order.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.asked.lock().expect("not poisoned").iter().map(|asked| asked.path.clone()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<Asked>>,
    answer: &(impl Fn(&Asked) -> Answer + Send + Sync),
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let whole = String::from_utf8_lossy(&head).into_owned();
    let path = whole.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let asked = Asked { path, head: whole.to_lowercase() };
    log.lock().expect("not poisoned").push(asked.clone());
    match answer(&asked) {
        Answer::Whole(status, headers, body) => {
            let mut head = format!("HTTP/1.1 {status} .\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
            headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
            stream.write_all(format!("{head}\r\n").as_bytes()).await?;
            stream.write_all(&body).await?;
        }
        Answer::Cut(body) => {
            stream.write_all(format!("HTTP/1.1 200 .\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes()).await?;
            stream.write_all(&body[..body.len() / 2]).await?;
        }
        Answer::Long(length) => {
            stream.write_all(format!("HTTP/1.1 200 .\r\ncontent-length: {length}\r\n\r\n").as_bytes()).await?;
            zeros(&mut stream, length).await?;
        }
        Answer::Endless(length) => {
            stream.write_all(b"HTTP/1.1 200 .\r\nconnection: close\r\n\r\n").await?;
            zeros(&mut stream, length).await?;
        }
        Answer::Silent(length) => tokio::time::sleep(length).await,
    }
    stream.shutdown().await
}

async fn zeros(stream: &mut TcpStream, length: u64) -> std::io::Result<()> {
    let piece = vec![b'0'; 64 * 1024];
    for _ in 0..length / piece.len() as u64 {
        stream.write_all(&piece).await?;
    }
    Ok(())
}
