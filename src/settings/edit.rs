//! Puts one text into a TOML file and leaves everything else as it was.
//!
//! In: a file, a key of its root table, a text. Out: the file with the text in place of the key's value.
//! Never: touches comments, order or white space elsewhere.

use toml::de::DeTable;

/// The file with this text under a key of its root table; `None` where the file is no TOML, or has no such key.
pub fn with_text(file: &str, key: &str, text: &str) -> Option<String> {
    let root = DeTable::parse(file).ok()?;
    let value = root.get_ref().get(key)?;
    let (before, after) = (file.get(..value.span().start)?, file.get(value.span().end..)?);
    Some(format!("{before}{}{after}", written(text)))
}

/// A text as TOML writes it: in three single quotes, unless it holds three, or ends with one.
fn written(text: &str) -> String {
    let plain = !text.contains("'''")
        && !text.ends_with('\'')
        && !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
    match plain {
        true if text.contains('\n') => format!("'''\n{}\n'''", text.trim_matches('\n')),
        true if !text.contains('\'') => format!("'{text}'"),
        true => format!("'''{text}'''"),
        false => toml::Value::String(text.to_owned()).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_value_is_another_and_it_is_read_as_it_was_given() {
        let file =
            "# kept\ntitle = \"S\"  # kept too\nquery = '''\n(a OR\n b)\n''' # and this\n\n[alert]\nnegative = true\n";
        for query in ["嫩芽", "a OR\nb", "it's \"x\"", "a ''' b", "ends with '", "tab\tand \u{7} bell", "\\d"] {
            let changed = with_text(file, "query", query).expect("a key");
            let read: toml::Table = changed.parse().expect("TOML");
            assert_eq!(read["query"].as_str().expect("a text").trim_matches('\n'), query, "{changed}");
            assert!(
                changed.starts_with("# kept\ntitle = \"S\"  # kept too\nquery = ")
                    && changed.ends_with(" # and this\n\n[alert]\nnegative = true\n")
            );
        }
        assert_eq!(with_text(file, "other", "x"), None);
        assert_eq!(with_text("no toml", "query", "x"), None);
    }
}
