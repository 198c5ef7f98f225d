//! `hearken sources`: what can be listened to.

use std::process::ExitCode;

use crate::domain::Platform;
use crate::source::{About, KINDS, file};

/// Print the table of what can be listened to, as it stands in docs/sources.md.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: hearken sources")]
pub(super) struct Args {}

/// Prints the table.
pub(super) fn run(_: &Args) -> ExitCode {
    print!("{}", table());
    ExitCode::SUCCESS
}

/// The table of all kinds of places, in Markdown.
fn table() -> String {
    let mut table =
        "| source | is heard | needs | in `[[listen]]` | asked | limits |\n|---|---|---|---|---|---|\n".to_owned();
    let kinds = KINDS.iter().map(|kind| (kind.platform(), kind.word(), kind.about()));
    for (platform, word, about) in kinds.chain([(Platform::File, Platform::File.as_str(), file::ABOUT)]) {
        table.push_str(&row(platform, word, &about));
    }
    table
}

fn row(platform: Platform, word: &str, about: &About) -> String {
    let lines: Vec<String> = about.listen.lines().map(|line| format!("`{line}`")).collect();
    let listen = if about.listen.contains('=') { lines.join("<br>") } else { about.listen.to_owned() };
    let cells = [about.hears, about.needs, &listen, about.pace, about.limits].map(|cell| cell.replace('|', "\\|"));
    format!("| **{}** `{word}` | {} |\n", platform.title(), cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_in_the_documents_is_the_one_that_is_printed() {
        let document = include_str!("../../docs/sources.md");
        assert!(document.contains(&table()), "docs/sources.md should hold this:\n{}", table());
    }

    #[test]
    fn the_columns_in_the_documents_are_the_ones_that_are_known() {
        let document = include_str!("../../docs/sources.md");
        for column in file::Column::ALL {
            let row = format!("| `{}` | {} |\n", column.as_str(), column.known_names().join(", "));
            assert!(document.contains(&row), "docs/sources.md should hold this:\n{row}");
        }
    }
}
