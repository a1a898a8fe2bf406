//! An export is looked at from the command line: what it declares, what is wrong with its values, what is drawn.

use std::{path::Path, process::Command};

use ding_composer::template::{
    Card, Export,
    draw::{build::Scene, metric::SimpleMetric},
    report::Look,
    values::Values,
};
use serde_json::{Value, json};

fn fixture() -> String {
    format!("{}/tests/fixtures/templates/visit.json", env!("CARGO_MANIFEST_DIR"))
}

/// Runs `ding-composer template … --json`: exit code, object, standard error.
fn template(args: &[&str]) -> (i32, Value, String) {
    let home = tempfile::tempdir().unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_ding-composer"))
        .arg("template")
        .args(args)
        .args(["--json", "--lang", "zh", "--home"])
        .arg(home.path())
        .output()
        .unwrap();
    let object = serde_json::from_slice(&out.stdout).unwrap_or(Value::Null);
    (out.status.code().unwrap(), object, String::from_utf8(out.stderr).unwrap())
}

/// The nodes with a builder's id.
fn nodes<'v>(tree: &'v Value, found: &mut Vec<&'v Value>) {
    if tree.get("id").is_some() {
        found.push(tree);
    }
    for child in tree["children"].as_array().unwrap() {
        nodes(child, found);
    }
}

fn texts(tree: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    nodes(tree, &mut found);
    let word = |node: &Value, name: &str| node[name].as_str().unwrap().to_owned();
    found.iter().map(|node| (word(node, "id"), word(node, "text"))).collect()
}

#[test]
fn the_sample_values_are_drawn_and_what_is_not_seen_has_a_reason() {
    let (code, object, _) = template(&[&fixture()]);
    assert_eq!(code, 0, "{object:#}");
    assert_eq!(object["variables"][4]["schema"][0]["name"], "name");
    assert_eq!(object["expressions"][0]["value"], true);
    let expected = [
        ("head", ""),
        ("title", "供应商来访"),
        ("badge", "VIP"),
        ("note", "周五 14:00\n• 带证件"),
        ("guest", "1. 王芳"),
        ("guest", "2. Lee"),
        ("secret", "A-301"),
    ];
    let expected: Vec<_> = expected.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect();
    assert_eq!(texts(&object["tree"]), expected);
    // 375 - 2 * 12 of padding; the badge takes VIP in the bundled font: 351 - 18.01.
    let title = &object["tree"]["children"][0]["children"][0];
    assert_eq!(title["rect"], json!({ "x": 12.0, "y": 10.0, "width": 332.99, "height": 24.0 }));
    assert_eq!(
        object["not_bound"],
        json!([{ "pointer": "/cardData/guests/0/phone", "text": "110", "reason": "unused" }])
    );
    assert_eq!((&object["unknown_functions"], &object["unknown_widgets"]), (&json!([]), &json!([])));
    let codes: Vec<_> = object["findings"].as_array().unwrap().iter().map(|found| &found["code"]).collect();
    assert_eq!(codes, ["template.unused"]);
}

#[test]
fn one_person_sees_their_own_value_and_errors_end_with_one() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data.json");
    let write = |value: &Value| std::fs::write(&data, value.to_string()).unwrap();
    let path = data.to_string_lossy().into_owned();
    let card = json!({ "title": "t", "icon": "", "vip": "false", "note": "n", "guests": "[]", "spare": 1 });
    write(&json!({ "cardData": card, "privateData": { "u1": { "cardParamMap": { "room": "B-2" } } } }));
    let (code, one, _) = template(&[&fixture(), "--data", &path, "--as", "u1", "--dark", "--width", "300"]);
    assert_eq!(code, 0, "{:#}", one["findings"]);
    assert!(texts(&one["tree"]).contains(&("secret".to_owned(), "B-2".to_owned())));
    assert_eq!(one["tree"]["colours"]["background"], "#202020");
    assert_eq!(one["tree"]["rect"]["width"], 300.0);
    let (_, other, _) = template(&[&fixture(), "--data", &path, "--as", "u2"]);
    assert!(texts(&other["tree"]).iter().all(|(id, _)| id != "secret" && id != "badge"));
    assert_eq!(
        other["not_bound"][0],
        json!({ "pointer": "/privateData/u1/cardParamMap/room", "text": "B-2", "reason": "other_viewer" })
    );

    write(&json!({ "cardData": { "vip": "maybe", "guests": [{ "name": [] }] } }));
    let (code, wrong, _) = template(&[&fixture(), "--data", &path]);
    assert_eq!(code, 1);
    let errors: Vec<_> =
        wrong["findings"].as_array().unwrap().iter().filter(|found| found["severity"] == "error").collect();
    let places: Vec<_> = errors.iter().map(|found| found["pointer"].as_str().unwrap()).collect();
    assert_eq!(places, ["/cardData/vip", "/cardData/guests/0/name"]);
}

#[test]
fn a_card_is_looked_at_in_any_language_and_the_program_speaks_its_own() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("card.json");
    let widgets = "<LinearLayout><FastTextView userId='t' text=\"@dti18NAdapter{'提交','遞交','Submit','送信','Gửi','ส่ง','Kirim'}\"/></LinearLayout>";
    std::fs::write(&file, json!({ "editorData": "{}", "widgetInfo": widgets }).to_string()).unwrap();
    let run = |command: &str, lang: &str| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_ding-composer"));
        program.arg(command).arg(&file).args(["--json", "--lang", lang, "--home"]).arg(home.path()).output().unwrap()
    };
    for (lang, expected) in
        [("zh", "提交"), ("zh_TW", "遞交"), ("en", "Submit"), ("ja_JP", "送信"), ("th", "ส่ง"), ("ko_KR", "Submit")]
    {
        let object: Value = serde_json::from_slice(&run("template", lang).stdout).unwrap();
        assert_eq!(texts(&object["tree"]), [("t".to_owned(), expected.to_owned())], "{lang}");
    }
    assert_eq!(run("template", "not a tag").status.code(), Some(2));
    // Everything else is said in one of the program's languages, or not at all.
    let other = run("check", "ja_JP");
    assert!(other.status.code() == Some(2) && String::from_utf8_lossy(&other.stderr).contains("--lang"), "{other:?}");
}

#[test]
fn a_mistyped_person_a_picture_that_does_not_come_and_a_card_too_long_are_said() {
    let home = tempfile::tempdir().unwrap();
    let [file, data, png] = ["card.json", "data.json", "card.png"].map(|name| home.path().join(name));
    let widgets = "<LinearLayout orientation='vertical'><ImageView width='40np' height='40np' imageUrl='http://127.0.0.1:9/a.png'/>
        <View width='900np' height='9000np' backgroundColor='#FF0000'/></LinearLayout>";
    std::fs::write(&file, json!({ "editorData": "{}", "widgetInfo": widgets }).to_string()).unwrap();
    std::fs::write(&data, r#"{"privateData":{"u1":{}},"outTrackId":"x"}"#).unwrap();
    let [file, data, png] = [file, data, png].map(|path| path.to_string_lossy().into_owned());
    let (code, object, said) = template(&[&file, "--data", &data, "--as", "u2", "--png", &png, "--pictures"]);
    assert_eq!(code, 0, "{said}");
    let codes: Vec<_> = object["findings"].as_array().unwrap().iter().map(|found| &found["code"]).collect();
    assert_eq!(codes, ["template.unknown_section", "template.no_private"]);
    assert!(said.contains("http://127.0.0.1:9/a.png") && said.contains("卡片太长"), "{said}");
    let (_, _, said) = template(&[&file, "--width", "200"]);
    assert_eq!(said, "", "no pictures are asked for where nobody wants them");
}

#[test]
fn what_cannot_be_read_ends_with_two_and_a_reason() {
    let home = tempfile::tempdir().unwrap();
    let bad = home.path().join("bad.json");
    let bomb = json!({ "editorData": "{}", "widgetInfo": "<!DOCTYPE a [<!ENTITY b 'c'>]><A/>" }).to_string();
    let deep = json!({ "widgetInfo": "<A>".repeat(200_000) }).to_string();
    for text in ["", "[1", "{}", &bomb, &deep, &" ".repeat(10_000_000)] {
        std::fs::write(&bad, text).unwrap();
        let (code, object, said) = template(&[&bad.to_string_lossy()]);
        assert_eq!((code, object), (2, Value::Null));
        assert!(said.contains("bad.json") && !said.contains("%{"), "{said}");
    }
    assert_eq!(template(&["/nowhere/at-all.json"]).0, 2);
    assert_eq!(template(&[&fixture(), "--width", "0"]).0, 2);
}

#[test]
fn the_official_exports_hold_nothing_unknown_and_every_sample_text_is_accounted_for() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/card-templates"));
    let Ok(files) = std::fs::read_dir(folder) else {
        println!("skipped: {} is not there", folder.display());
        return;
    };
    let mut seen = 0;
    for file in files {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let export = Export::read(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let card = Card::compile(&export).unwrap();
        assert!(card.unknown_functions.is_empty(), "{name}: {:?}", card.unknown_functions);
        assert!(card.unknown_widgets.is_empty(), "{name}: {:?}", card.unknown_widgets);
        assert_eq!((&card.malformed[..], &export.ignored[..]), (&[][..], &[][..]), "{name}");
        for (dark, width, env) in [(false, 375.0, "ios"), (true, 375.0, "android"), (false, 600.0, "pc")] {
            let biz_scene = Scene::biz_scene_of(&export.kind).to_owned();
            let scene = Scene { width, dark, env: env.to_owned(), biz_scene, ..Scene::default() };
            let look = Look::at(&export, &card, &Values::of_sample(&export), None, &scene, &SimpleMetric);
            assert!(!look.has_errors(), "{name}: {:?}", look.findings);
            assert!(!look.drawing.truncated);
            let root = look.drawing.root.as_ref().unwrap();
            assert!((root.rect.width - width).abs() < 0.01 && root.rect.height > 20.0, "{name}: {:?}", root.rect);
            root.walk(&mut |node| assert!(node.rect.width <= width + 0.01, "{name}: {} {:?}", node.text, node.rect));
            if !dark && env == "ios" {
                println!("{name}: {:?}", root.rect);
                for text in &look.unbound {
                    println!("  not bound: {} {:?} {}", text.pointer, text.text, text.reason.name());
                }
            }
        }
        seen += 1;
    }
    assert!(seen > 0);
}
