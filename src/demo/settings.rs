//! The demo's configuration: the texts beside this file, with the addresses of its places put in.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, bail};

use super::phone::TOKEN;
use crate::config::{self, Config};

const MAIN: &str = include_str!("settings/hearken.toml");
const TOPICS: &[(&str, &str)] = &[
    ("leaf-tea", include_str!("settings/leaf-tea.toml")),
    ("nimbus-phone", include_str!("settings/nimbus-phone.toml")),
    ("sprout-coffee", include_str!("settings/sprout-coffee.toml")),
];

/// The checked configuration, with its database and its token in `folder`.
pub(super) fn config(folder: &Path, web: SocketAddr, places: SocketAddr, api: SocketAddr) -> anyhow::Result<Config> {
    let token = folder.join("token");
    std::fs::write(&token, TOKEN).context("the temporary folder cannot be written")?;
    let main = MAIN
        .replace("{web}", &web.to_string())
        .replace("{places}", &places.to_string())
        .replace("{api}", &api.to_string())
        .replace("{token}", &token.display().to_string());
    let topics: Vec<(&str, String)> =
        TOPICS.iter().map(|(name, text)| (*name, text.replace("{places}", &places.to_string()))).collect();
    let topics: Vec<(&str, &str)> = topics.iter().map(|(name, text)| (*name, text.as_str())).collect();
    match config::from_texts(folder, &main, &topics) {
        Ok(config) => Ok(config),
        Err(mistakes) => {
            let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            bail!("the demo's own configuration has mistakes:\n{}", told.join("\n"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_s_configuration_is_right() {
        let folder = tempfile::tempdir().expect("a folder");
        let address = SocketAddr::from(([127, 0, 0, 1], 8080));
        let config = config(folder.path(), address, address, address).expect("right");
        assert_eq!(config.topics.len(), TOPICS.len());
        assert!(config.warnings.is_empty(), "{:?}", config.warnings);
        assert!(config.bot.is_some());
    }
}
