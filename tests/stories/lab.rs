//! The card lab without a window: every widget and function drawn into pictures, in both themes and widths.

use std::path::Path;

use ding_composer::{
    template::{
        Card, Export,
        draw::build::Scene,
        expr::{Function, eval::WIDGETS},
        values::{Values, merge},
    },
    ui::lab::studio::{Picture, Studio},
};

fn fixture() -> String {
    std::fs::read_to_string(format!("{}/tests/fixtures/templates/everything.json", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn the_fixture_holds_every_widget_and_every_function() {
    let text = fixture();
    let export = Export::read(&text).unwrap();
    let card = Card::compile(&export).unwrap();
    for widget in WIDGETS {
        assert!(text.contains(&format!("<{widget} ")), "{widget}");
    }
    for function in Function::ALL {
        assert!(text.contains(&format!("@{}{{", function.name())), "{}", function.name());
    }
    assert!(card.unknown_functions.is_empty() && card.unknown_widgets.is_empty());
    assert!(card.malformed.is_empty() && export.ignored.is_empty(), "{:?} {:?}", card.malformed, export.ignored);
}

fn decode(bytes: &[u8]) -> Picture {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let mut rgba = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut rgba).unwrap();
    Picture { width: info.width as usize, height: info.height as usize, rgba, cut: None }
}

/// The mean difference of a byte, which letters drawn a little otherwise keep under 2.
fn difference(one: &Picture, other: &Picture) -> f64 {
    assert_eq!((one.width, one.height), (other.width, other.height));
    let sum: u64 = one.rgba.iter().zip(&other.rgba).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.rgba.len() as f64
}

/// `UPDATE_PICTURES=1` writes the expected pictures anew; look at them before keeping them.
#[test]
fn the_fixture_looks_as_before_in_both_themes_and_widths() {
    let export = Export::read(&fixture()).unwrap();
    let card = Card::compile(&export).unwrap();
    let merged = merge(&export, &Values::of_sample(&export), None);
    let studio = Studio::new(1.0, false);
    for (name, width, dark, env) in [
        ("phone-light", 375.0, false, "ios"),
        ("phone-dark", 375.0, true, "android"),
        ("desktop-light", 600.0, false, "pc"),
        ("desktop-dark", 600.0, true, "pc"),
    ] {
        let now_ms = Some(1_700_000_000_000);
        let scene = Scene { width, dark, env: env.to_owned(), now_ms, ..Scene::default() };
        let picture = studio.picture(&card, &merged, &scene);
        assert_eq!(decode(&picture.png().unwrap()), picture);
        let path = format!("{}/tests/fixtures/pictures/everything-{name}.png", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("UPDATE_PICTURES").is_some() {
            std::fs::write(&path, picture.png().unwrap()).unwrap();
        }
        let expected = decode(&std::fs::read(&path).unwrap());
        let difference = difference(&picture, &expected);
        assert!(difference < 2.0, "{name}: {difference}");
    }
}

#[test]
fn a_picture_is_written_without_a_display_and_a_folder_that_is_not_there_is_said() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("card.png");
    let file = format!("{}/tests/fixtures/templates/visit.json", env!("CARGO_MANIFEST_DIR"));
    let run = |out: &Path| {
        std::process::Command::new(env!("CARGO_BIN_EXE_ding-composer"))
            .args(["--lang", "zh", "--home"])
            .arg(home.path())
            .args(["template", &file, "--dark", "--width", "320", "--png"])
            .arg(out)
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .output()
            .unwrap()
    };
    assert_eq!(run(&path).status.code(), Some(0));
    let picture = decode(&std::fs::read(&path).unwrap());
    // 320 np and 12 of margin on both sides, two pixels each.
    assert_eq!(picture.width, 688);
    let out = run(&home.path().join("nowhere/card.png"));
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("没有写成"));
}
