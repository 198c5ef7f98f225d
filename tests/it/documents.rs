//! Documents that name things: what they name is there.

use std::fs;
use std::path::Path;

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect(name)
}

#[test]
fn every_file_that_the_documents_name_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut missing = Vec::new();
    for document in ["docs/ARCHITECTURE.md", "README.md", "docs/alerts.md", "docs/watch.md", "docs/judging.md"] {
        let text = read(document);
        let quoted = text.split('`').skip(1).step_by(2);
        for name in
            quoted.filter(|name| name.starts_with("src/") || name.starts_with("tests/") || name.starts_with("docs/"))
        {
            let named = !name.contains(['<', '*', ' ', '{']);
            if named && !root.join(name).exists() {
                missing.push(format!("{document}: {name}"));
            }
        }
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            let folder = root.join(document).parent().expect("a folder").to_path_buf();
            if !file.is_empty() && !file.contains("://") && !folder.join(file).exists() {
                missing.push(format!("{document}: {link}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_crate_has_its_line_of_reasons() {
    let manifest = read("Cargo.toml");
    let reasons = read("docs/dependencies.md");
    let mut told = false;
    let mut unnamed = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            told = line.ends_with("dependencies]");
        } else if let Some((name, _)) = line.split_once(" = ").filter(|_| told) {
            let row = |row: &str| {
                row.starts_with("| ")
                    && row
                        .split('|')
                        .nth(1)
                        .is_some_and(|cell| cell.replace("(tests)", "").split(',').any(|one| one.trim() == name))
            };
            if !reasons.lines().any(row) {
                unnamed.push(name.to_owned());
            }
        }
    }
    assert!(unnamed.is_empty(), "docs/dependencies.md says nothing of {unnamed:?}");
}
