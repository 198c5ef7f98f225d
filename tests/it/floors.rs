//! A floor uses lower floors only. In a single package the compiler does not guard that, so this does.

use std::fs;
use std::path::{Path, PathBuf};

/// Every module of `src/`, with its floor.
const FLOORS: &[(&str, u8)] = &[
    ("domain", 0),
    ("text", 1),
    ("net", 1),
    ("settings", 1),
    ("query", 2),
    ("cluster", 2),
    ("classify", 2),
    ("detect", 2),
    ("alert", 2),
    ("report", 2),
    ("chart", 2),
    ("source", 3),
    ("notify", 3),
    ("scorer", 3),
    ("store", 3),
    ("config", 4),
    ("pipeline", 4),
    ("desk", 4),
    ("web", 5),
    ("bot", 5),
    ("app", 6),
    ("demo", 6),
    ("cli", 6),
];

/// Floors whose modules never use each other.
const APART: &[u8] = &[3, 5];

fn floor_of(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the source tree is readable") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The first path segments after `crate::` in code (comments left out), also inside `use crate::{a, b::c};`.
fn modules_used(code: &str) -> Vec<String> {
    let code: String =
        code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let mut used = Vec::new();
    for rest in code.split("crate::").skip(1) {
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 1;
            let mut item = String::new();
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 1 => {
                        used.push(std::mem::take(&mut item));
                        continue;
                    }
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
                item.push(c);
            }
            used.push(item);
        } else {
            used.push(rest.to_owned());
        }
    }
    used.iter()
        .map(|path| path.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        .filter(|module: &String| !module.is_empty())
        .collect()
}

/// The files that use a module they must not, with that module.
fn climbers(root: &Path) -> Vec<String> {
    let mut files = Vec::new();
    files_below(root, &mut files);
    let mut found = Vec::new();
    for file in files {
        let inside = file.strip_prefix(root).expect("below the root");
        let first = inside.components().next().expect("a component").as_os_str().to_string_lossy().into_owned();
        let module = first.trim_end_matches(".rs").to_owned();
        if module == "lib" || module == "main" {
            continue;
        }
        let Some(floor) = floor_of(&module) else {
            found.push(format!("{}: `{module}` has no floor", inside.display()));
            continue;
        };
        for used in modules_used(&fs::read_to_string(&file).expect("readable")) {
            let Some(other) = floor_of(&used) else { continue };
            let apart = APART.contains(&floor) && other == floor && used != module;
            if other > floor || apart {
                found.push(format!("{} (floor {floor}) uses crate::{used} (floor {other})", inside.display()));
            }
        }
    }
    found
}

#[test]
fn a_floor_uses_lower_floors_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let found = climbers(&root);
    assert!(found.is_empty(), "these files climb:\n{}", found.join("\n"));
}

#[test]
fn a_climber_is_seen() {
    let root = tempfile::tempdir().expect("a folder");
    let write = |name: &str, code: &str| {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, code).expect("written");
    };
    write("text/mod.rs", "use crate::{domain::Bucket, store::Store};\n");
    write("source/ptt.rs", "fn f() { crate::notify::send(); } // crate::app\n");
    write("desk/mod.rs", "use crate::store::Store;\n");
    write("odd.rs", "");
    let mut found = climbers(root.path());
    found.sort();
    assert_eq!(
        found,
        [
            "odd.rs: `odd` has no floor",
            "source/ptt.rs (floor 3) uses crate::notify (floor 3)",
            "text/mod.rs (floor 1) uses crate::store (floor 3)",
        ]
    );
}
