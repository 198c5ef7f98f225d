//! `[web]`: where the pages are.
//!
//! In: its table. Out: an address to listen on, and the one that people type.
//! Never: opens a socket.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use url::Url;

use crate::settings::Table;

/// Where the pages are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Web {
    /// Where the program listens; only this machine unless said otherwise.
    pub address: SocketAddr,
    /// What people type, when a proxy stands before it.
    pub public_url: Option<Url>,
}

impl Default for Web {
    fn default() -> Self {
        Self { address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080), public_url: None }
    }
}

impl Web {
    /// Reads `[web]`.
    pub(super) fn read(root: &Table<'_>) -> Self {
        let mut web = Self::default();
        let Some(table) = root.table("web") else { return web };
        if let Some(text) = table.text("address") {
            match read_address(&text) {
                Some(address) => web.address = address,
                None => table.mistake(
                    "address",
                    format!("`{text}` is not an address to listen on"),
                    "write an IP address and a port, such as \"127.0.0.1:8080\"",
                ),
            }
        }
        if !web.address.ip().is_loopback() {
            table.warning(
                "address",
                format!("anybody who reaches {} can read and act: nobody is asked to sign in", web.address),
                "listen on 127.0.0.1 and let a proxy that asks for a password stand before it",
            );
        }
        if let Some(text) = table.text("public_url") {
            web.public_url =
                Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
            if web.public_url.is_none() {
                let hint = "write https://host/ as people type it";
                table.mistake("public_url", format!("`{text}` is not a web address"), hint);
            }
        }
        table.finish();
        web
    }

    /// What links to pages begin with, without a slash at the end.
    pub fn link_base(&self) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.address),
        }
    }
}

fn read_address(text: &str) -> Option<SocketAddr> {
    let text = text.trim();
    match text.strip_prefix("localhost:") {
        Some(port) => Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port.parse().ok()?)),
        None => text.parse().ok(),
    }
}
