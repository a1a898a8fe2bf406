//! `ding-composer template`: what an export declares, what is wrong with its values, and its card as a tree.

use std::path::{Path, PathBuf};

use super::{Artist, Exit, Out, pretty, read_file};
use crate::{
    dingtalk::tokens::{Clock as _, SystemClock},
    lang::{Lang, text},
    template::{
        Card, Export, ExportError,
        draw::{
            build::Scene,
            metric::{SimpleMetric, TextMetric},
        },
        report::{Look, report},
        values::Values,
    },
};

/// What to look at, and as whom.
#[derive(clap::Args, Debug)]
pub struct TemplateArgs {
    /// The builder's export file; - is standard input.
    file: PathBuf,
    /// Values: {"cardData":{…},"privateData":{"USER":{…}},"localData":{…}} (default: the export's sample values).
    #[arg(long, value_name = "DATA.json")]
    data: Option<PathBuf>,
    /// Whose private values to see.
    #[arg(long = "as", value_name = "USER")]
    person: Option<String>,
    /// The dark theme.
    #[arg(long)]
    dark: bool,
    /// The card's width in np.
    #[arg(long, value_name = "N", default_value_t = 375, value_parser = clap::value_parser!(u16).range(40..=4000))]
    width: u16,
    /// The client: pc, ios or android.
    #[arg(long, value_name = "CLIENT", default_value = "ios")]
    env: String,
    /// Where the card stands: im, topbox, search, WorkBench, cooperationV2 (default: topbox for such a template, else im).
    #[arg(long, value_name = "SCENE")]
    scene: Option<String>,
    /// Draw the card into this PNG file, two pixels per np; no display is needed.
    #[arg(long, value_name = "OUT.png")]
    png: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Runs it. Exit 0: fine, 1: findings of severity error, 2: a file that cannot be read or is no export.
pub fn run(args: &TemplateArgs, lang: Lang, out: &mut Out<'_>, artist: Option<Artist>) -> Exit {
    match look(args, lang, artist) {
        Ok((export, card, look, scene)) => {
            if let Some(path) = &args.png
                && let Err(reason) = picture(path, &card, &look, &scene, artist)
            {
                let args = [("file", path.display().to_string()), ("reason", reason)];
                out.note(&text(lang, "template.png_failed", &args));
                return Exit::Usage;
            }
            if args.json {
                out.say(&pretty(&report(&export, &card, &look, lang)));
            } else {
                summary(&export, &card, &look, lang, out);
            }
            if look.has_errors() { Exit::Findings } else { Exit::HandedOver }
        }
        Err(message) => {
            out.note(&message);
            Exit::Usage
        }
    }
}

fn picture(path: &Path, card: &Card, look: &Look, scene: &Scene, artist: Option<Artist>) -> Result<(), String> {
    let artist = artist.ok_or_else(|| "no pictures in this build".to_owned())?;
    let bytes = (artist.png)(card, &look.merged, scene)?;
    std::fs::write(path, bytes).map_err(|error| error.to_string())
}

fn look(args: &TemplateArgs, lang: Lang, artist: Option<Artist>) -> Result<(Export, Card, Look, Scene), String> {
    let said = |path: &Path| {
        let file = path.display().to_string();
        move |error: ExportError| {
            text(lang, "template.unusable", &[("file", file.clone()), ("reason", error.message(lang))])
        }
    };
    let export = Export::read(&read(&args.file, lang)?).map_err(said(&args.file))?;
    let card = Card::compile(&export).map_err(said(&args.file))?;
    let values = match &args.data {
        Some(path) => Values::read(&read(path, lang)?).map_err(said(path))?,
        None => Values::of_sample(&export),
    };
    let scene = args.scene.clone().unwrap_or_else(|| Scene::biz_scene_of(&export.kind).to_owned());
    let scene = Scene {
        width: f32::from(args.width),
        dark: args.dark,
        lang,
        env: args.env.clone(),
        biz_scene: scene,
        now_ms: Some(SystemClock.now_millis()),
        forwarded: false,
    };
    let metric: Box<dyn TextMetric> =
        artist.map_or_else(|| Box::new(SimpleMetric) as Box<_>, |artist| (artist.metric)());
    let look = Look::at(&export, &card, &values, args.person.as_deref(), &scene, &*metric);
    Ok((export, card, look, scene))
}

fn read(path: &Path, lang: Lang) -> Result<String, String> {
    let unreadable =
        |reason: String| text(lang, "cli.file_unreadable", &[("file", path.display().to_string()), ("reason", reason)]);
    let bytes = read_file(path).map_err(|error| unreadable(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| unreadable(error.to_string()))
}

fn summary(export: &Export, card: &Card, look: &Look, lang: Lang, out: &mut Out<'_>) {
    for variable in &export.variables {
        let private = if variable.private { text(lang, "template.private", &[]) } else { String::new() };
        out.say(&format!("{}  {}  {private}  {}", variable.name, variable.kind.name(), variable.description));
    }
    for finding in &look.findings {
        out.say(&format!(
            "{}  {}  {}  [{}]",
            finding.severity.name(),
            finding.pointer,
            finding.message(lang),
            finding.code
        ));
    }
    for name in card.unknown_functions.keys() {
        out.say(&text(lang, "template.unknown_function", &[("name", name.clone())]));
    }
    for name in card.unknown_widgets.keys() {
        out.say(&text(lang, "template.unknown_widget", &[("name", name.clone())]));
    }
    for part in export.ignored.iter().chain(&card.malformed) {
        out.say(&text(lang, "template.ignored", &[("place", part.place.clone()), ("what", part.what.clone())]));
    }
    if let Some(root) = &look.drawing.root {
        root.walk(&mut |node| {
            if node.visible() && !node.text.is_empty() {
                out.say(&format!("  {}", node.text));
            }
        });
    }
}
