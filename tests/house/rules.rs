//! Keeps the house: who may name what, how long a file may be, that no text is missing in a language, and which
//! dependencies are allowed (what `cargo deny` would check, without a tool that has to be installed first).

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder, with its text.
fn sources(folder: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    assert!(!found.is_empty(), "no source below {folder}");
    found
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            let text = std::fs::read_to_string(&path).unwrap();
            (name, text)
        })
        .collect()
}

/// Whether a line of code (not of comment) names a crate or module as a path.
fn names(text: &str, word: &str) -> Option<usize> {
    text.lines().position(|line| {
        let code = line.split("//").next().unwrap_or_default();
        code.match_indices(word).any(|(at, _)| {
            let before = code[..at].chars().next_back();
            let after = code[at + word.len()..].trim_start();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '"')
                && (after.starts_with("::")
                    || code.trim_start().starts_with("use ") && after.starts_with([';', '{', ' ']))
        })
    })
}

#[test]
fn only_the_rooms_that_may_name_a_crate_do() {
    let rules: &[(&[&str], &[&str])] = &[
        (&["egui", "eframe", "egui_extras", "rfd", "poll_promise"], &["src/ui/", "src/main.rs"]),
        (&["reqwest", "axum", "hyper", "rustls"], &["src/dingtalk/", "src/sandbox/"]),
        (&["keyring"], &["src/store/vault"]),
        (&["rusqlite"], &["src/store/"]),
    ];
    let mut wrong = Vec::new();
    for (file, text) in sources("src") {
        for (crates, allowed) in rules {
            for name in *crates {
                if !allowed.iter().any(|prefix| file.starts_with(prefix))
                    && let Some(line) = names(&text, name)
                {
                    wrong.push(format!("{file}:{} names {name}", line + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_room_uses_only_rooms_below_it() {
    // Ground floor first; a room may use the rooms before it in this list (and itself).
    let floors = [
        "lang",
        "dingtalk",
        "catalogue",
        "compose",
        "template",
        "directory",
        "recipients",
        "store",
        "sandbox",
        "deliver",
        "cli",
        "ui",
    ];
    let mut wrong = Vec::new();
    for (file, text) in sources("src") {
        let Some(room) = floors
            .iter()
            .position(|room| file == format!("src/{room}.rs") || file.starts_with(&format!("src/{room}/")))
        else {
            continue;
        };
        // Unit tests at the end of a file may set a scene with upper floors.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (above, name) in floors.iter().enumerate().skip(room + 1) {
            for (number, line) in code.lines().enumerate() {
                let line = line.split("//").next().unwrap_or_default();
                if line.contains(&format!("crate::{name}::")) || line.contains(&format!("crate::{name};")) {
                    wrong.push(format!("{file}:{} ({}) names {name}, floor {above}", number + 1, floors[room]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_stay_under_600_lines() {
    let long: Vec<_> = ["src", "tests", "benches"]
        .iter()
        .flat_map(|folder| sources(folder))
        .filter_map(|(file, text)| {
            let lines = text.lines().count();
            (lines > 600).then(|| format!("{file}: {lines} lines"))
        })
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

/// All texts: key → language → text.
fn locales() -> BTreeMap<String, BTreeMap<String, String>> {
    fn walk(prefix: &str, table: &toml::Table, found: &mut BTreeMap<String, BTreeMap<String, String>>) {
        for (name, value) in table {
            match value {
                toml::Value::Table(inner) => {
                    let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                    walk(&key, inner, found);
                }
                toml::Value::String(text) => {
                    let before = found.entry(prefix.to_owned()).or_default().insert(name.clone(), text.clone());
                    assert!(before.is_none(), "{prefix}.{name} stands twice");
                }
                _ => {}
            }
        }
    }
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("assets/locales")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        walk("", &table, &mut found);
    }
    found
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split("%{").skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

#[test]
fn every_text_stands_in_both_languages_with_the_same_placeholders() {
    let mut wrong = Vec::new();
    for (key, texts) in locales() {
        let (Some(zh), Some(en)) = (texts.get("zh"), texts.get("en")) else {
            wrong.push(format!("{key}: only {:?}", texts.keys()));
            continue;
        };
        if zh.trim().is_empty() || en.trim().is_empty() {
            wrong.push(format!("{key}: empty"));
        }
        if placeholders(zh) != placeholders(en) {
            wrong.push(format!("{key}: {zh:?} and {en:?} have other placeholders"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_key_named_in_the_source_exists() {
    let known = locales();
    let mut wrong = Vec::new();
    for (file, text) in sources("src") {
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let text = code.join("\n");
        for (at, _) in text.match_indices("tr!(") {
            // tr!(<language>, "key" …): the first string literal after the macro's opening.
            let call = text[at..].split_once(';').map_or(&text[at..], |(call, _)| call);
            let Some(key) = call.split('"').nth(1) else { continue };
            if call.find('"').is_some_and(|quote| call[..quote].matches(',').count() == 1) && !known.contains_key(key) {
                wrong.push(format!("{file}: {key}"));
            }
        }
        // Findings: `Finding::new(severity, pointer, "code")`.
        for (at, _) in text.match_indices("Finding::new(") {
            let call = text[at..].split_once(';').map_or(&text[at..], |(call, _)| call);
            if let Some(code) = call
                .split('"')
                .skip(1)
                .step_by(2)
                .find(|literal| literal.starts_with("card.") || literal.starts_with("notice."))
                && !known.contains_key(&format!("finding.{code}"))
            {
                wrong.push(format!("{file}: finding.{code}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_words_for_an_ok_never_claim_that_it_was_received() {
    for (key, texts) in locales() {
        let zh = texts.get("zh").map_or("", String::as_str);
        assert!(!zh.contains("发送成功"), "{key}: {zh}");
    }
}

#[test]
fn dependencies_come_from_the_registry_under_known_licences_and_egui_stands_once() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let out = std::process::Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--manifest-path"])
        .arg(root().join("Cargo.toml"))
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let allowed = [
        "MIT",
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "Zlib",
        "0BSD",
        "BSL-1.0",
        "Unicode-3.0",
        "MPL-2.0",
        "CC0-1.0",
        "Unlicense",
        "OFL-1.1",
        "Ubuntu-font-1.0",
        "CDLA-Permissive-2.0",
        "MIT-0",
        "LicenseRef-UFL-1.0",
    ];
    let mut wrong = Vec::new();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let version = package["version"].as_str().unwrap();
        versions.entry(name).or_default().insert(version);
        if name == "ding-composer" {
            continue;
        }
        match package["source"].as_str() {
            Some("registry+https://github.com/rust-lang/crates.io-index") => {}
            other => wrong.push(format!("{name} {version} comes from {other:?}")),
        }
        let licence = package["license"].as_str().unwrap_or("");
        // SPDX: one of the alternatives of every AND-part has to be allowed.
        let fine = !licence.is_empty()
            && licence
                .replace(['(', ')'], "")
                .replace('/', " OR ")
                .split(" AND ")
                .all(|part| part.split(" OR ").any(|alternative| allowed.contains(&alternative.trim())));
        if !fine {
            wrong.push(format!("{name} {version}: licence {licence:?}"));
        }
    }
    for name in ["egui", "eframe", "epaint", "emath", "reqwest", "rustls", "serde_json", "tokio"] {
        let found = &versions[name];
        if found.len() != 1 {
            wrong.push(format!("{name} stands in several versions: {found:?}"));
        }
    }
    for banned in ["openssl-sys", "native-tls", "aws-lc-sys", "wgpu", "chrono"] {
        // wgpu may stand in the lock file for the `snapshots` feature, but never in an ordinary build's graph.
        if banned != "wgpu" && versions.contains_key(banned) && in_graph(&metadata, banned) {
            wrong.push(format!("{banned} is in the dependency graph"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Whether a crate is reachable on this platform with the default features.
fn in_graph(metadata: &serde_json::Value, name: &str) -> bool {
    metadata["resolve"]["nodes"].as_array().is_some_and(|nodes| {
        nodes.iter().any(|node| node["id"].as_str().is_some_and(|id| id.contains(&format!("#{name}@"))))
    })
}
