//! `ding-composer template`: what an export declares, what is wrong with its values, and its card as a tree.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::sync::Semaphore;

use super::{
    Artist, Exit, Out,
    artist::{Easel, PictureFiles},
    pretty, read_file,
};
use crate::{
    dingtalk::{
        picture::{self, AT_ONCE, PictureRules, Pictures, is_web},
        tokens::{Clock as _, SystemClock},
    },
    lang::{Lang, text},
    template::{
        Card, Export, ExportError,
        draw::{build::Scene, metric::SimpleMetric, paint},
        language::CardLang,
        report::{Look, report},
        values::Values,
    },
};

/// What to look at, and as whom.
#[derive(clap::Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
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
    /// A forwarded copy of the card.
    #[arg(long)]
    forwarded: bool,
    /// Where the card stands: im, topbox, search, WorkBench, cooperationV2 (default: topbox for such a template, else im).
    #[arg(long, value_name = "SCENE")]
    scene: Option<String>,
    /// Draw the card into this PNG file, two pixels per np; no display is needed.
    #[arg(long, value_name = "OUT.png")]
    png: Option<PathBuf>,
    /// Fetch the pictures of the web (http, https) that the card shows, without any credentials; media ids stay placeholders.
    #[arg(long)]
    pictures: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Runs it, the card in the language `tag` or the program's. Exit 0: fine, 1: findings of severity error, 2: a file that
/// cannot be read or is no export.
pub fn run(args: &TemplateArgs, tag: Option<&CardLang>, lang: Lang, out: &mut Out<'_>, artist: Option<Artist>) -> Exit {
    match show(args, tag, lang, out, artist) {
        Ok(exit) => exit,
        Err(message) => {
            out.note(&message);
            Exit::Usage
        }
    }
}

fn show(
    args: &TemplateArgs,
    tag: Option<&CardLang>,
    lang: Lang,
    out: &mut Out<'_>,
    artist: Option<Artist>,
) -> Result<Exit, String> {
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
    let scene = Scene {
        width: f32::from(args.width),
        dark: args.dark,
        lang: tag.cloned().unwrap_or_else(|| lang.into()),
        env: args.env.clone(),
        biz_scene: args.scene.clone().unwrap_or_else(|| Scene::biz_scene_of(&export.kind).to_owned()),
        now_ms: Some(SystemClock.now_millis()),
        forwarded: args.forwarded,
    };
    let look_with = |easel: Option<&dyn Easel>| {
        let metric = easel.map_or_else(|| Box::new(SimpleMetric) as Box<_>, |easel| easel.metric());
        Look::at(&export, &card, &values, args.person.as_deref(), &scene, &*metric)
    };
    let mut easel = artist.map(|artist| (artist.easel)(&PictureFiles::new(), lang).0);
    let mut look = look_with(easel.as_deref());
    if let Some(artist) = artist.filter(|_| args.pictures) {
        let pieces = paint::pieces(&look.drawing, scene.dark, &SimpleMetric);
        let wanted = paint::sources(&pieces).filter(|source| is_web(source)).map(str::to_owned).collect();
        let (made, broken) = (artist.easel)(&fetch(wanted, lang, out)?, lang);
        for (source, reason) in broken {
            out.note(&text(lang, "template.picture_failed", &[("source", source), ("reason", reason)]));
        }
        look = look_with(Some(&*made));
        easel = Some(made);
    }
    if let Some(path) = &args.png {
        let failed = |reason: String| {
            text(lang, "template.png_failed", &[("file", path.display().to_string()), ("reason", reason)])
        };
        let easel = easel.ok_or_else(|| failed("no pictures in this build".to_owned()))?;
        let sheet = easel.png(&card, &look.merged, &scene).map_err(failed)?;
        std::fs::write(path, sheet.bytes).map_err(|error| failed(error.to_string()))?;
        if let Some(cut) = sheet.cut {
            out.note(&text(lang, "template.cut", &[("np", format!("{cut:.0}"))]));
        }
    }
    if args.json {
        out.say(&pretty(&report(&export, &card, &look, lang)));
    } else {
        summary(&export, &card, &look, lang, out);
    }
    Ok(if look.has_errors() { Exit::Findings } else { Exit::HandedOver })
}

/// Fetches pictures within the bounds of the window's 加载图片, and never from this computer. What does not come is said.
fn fetch(wanted: BTreeSet<String>, lang: Lang, out: &mut Out<'_>) -> Result<PictureFiles, String> {
    if wanted.len() > picture::MOST {
        out.note(&text(lang, "template.pictures_many", &[("max", picture::MOST.to_string())]));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let (client, lanes) = (Pictures::default(), Arc::new(Semaphore::new(AT_ONCE)));
    let fetched: Vec<_> = wanted
        .into_iter()
        .take(picture::MOST)
        .map(|address| {
            let (client, lanes) = (client.clone(), Arc::clone(&lanes));
            let asked = address.clone();
            let fetched = runtime.spawn(async move {
                let _lane = lanes.acquire().await;
                client.fetch(&asked, &PictureRules::default()).await.map_err(|fault| fault.message(lang))
            });
            (address, fetched)
        })
        .collect();
    let mut files = PictureFiles::new();
    for (source, fetched) in fetched {
        match runtime.block_on(fetched).map_err(|lost| lost.to_string()).flatten() {
            Ok(bytes) => {
                files.insert(source, bytes);
            }
            Err(reason) => out.note(&text(lang, "template.picture_failed", &[("source", source), ("reason", reason)])),
        }
    }
    Ok(files)
}

fn read(path: &Path, lang: Lang) -> Result<String, String> {
    let unreadable =
        |reason: String| text(lang, "cli.file_unreadable", &[("file", path.display().to_string()), ("reason", reason)]);
    let bytes = read_file(path).map_err(|error| unreadable(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| {
        let byte = error.utf8_error().valid_up_to() + 1;
        unreadable(text(lang, "template.not_utf8", &[("byte", byte.to_string())]))
    })
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
