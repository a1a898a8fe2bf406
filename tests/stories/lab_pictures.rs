//! Pictures of the web in the preview: fetched on a click, never with credentials, every failure named.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
    time::Duration,
};

use ding_composer::{
    dingtalk::picture::{PictureFault, PictureRules, Pictures},
    store::exports::StoredExport,
    ui::lab::library::Known,
};

use crate::{lab_window as lab, support::Window};

/// A server that answers by path and remembers what it was asked.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

fn png(colour: [u8; 3]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 8, 4);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&colour.repeat(32)).unwrap();
    writer.finish().unwrap();
    bytes
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        std::thread::Builder::new()
            .name("pictures".to_owned())
            .spawn(move || {
                // One at a time, each connection on a thread of its own: one path never answers.
                for stream in listener.incoming() {
                    let Ok(mut stream) = stream else { continue };
                    let seen = Arc::clone(&seen);
                    let answer = move || {
                        let mut request = Vec::new();
                        let mut part = [0; 2048];
                        while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                            match stream.read(&mut part) {
                                Ok(count) if count > 0 => request.extend_from_slice(&part[..count]),
                                _ => return,
                            }
                        }
                        let request = String::from_utf8_lossy(&request).into_owned();
                        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                        seen.lock().unwrap().push(request);
                        let (head, body) = answer(&path);
                        if path == "/slow.png" {
                            std::thread::sleep(Duration::from_secs(20));
                        }
                        stream.write_all(format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n").as_bytes()).ok();
                        stream.write_all(&body).ok();
                    };
                    std::thread::Builder::new().name("picture".to_owned()).spawn(answer).unwrap();
                }
            })
            .unwrap();
        Self { address, asked }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }
}

fn answer(path: &str) -> (String, Vec<u8>) {
    let ok = |kind: &str| format!("200 OK\r\ncontent-type: {kind}");
    match path {
        "/red.png" => (ok("image/png"), png([200, 0, 0])),
        "/moved.png" => ("302 Found\r\nlocation: /red.png".to_owned(), Vec::new()),
        "/round.png" => ("302 Found\r\nlocation: /round.png".to_owned(), Vec::new()),
        "/file.png" => ("302 Found\r\nlocation: file:///etc/passwd".to_owned(), Vec::new()),
        "/page.png" => (ok("text/html; charset=utf-8"), b"<html><body>please sign in</body></html>".to_vec()),
        "/told.png" => (ok("image/png") + "\r\ncontent-length: 900000000", png([1, 2, 3])),
        "/huge.png" => {
            let mut bytes = png([1, 2, 3]);
            bytes.resize(3 << 20, 0);
            (ok("image/png"), bytes)
        }
        "/broken.png" => (ok("image/png"), png([1, 2, 3])[..30].to_vec()),
        _ => ("404 Not Found".to_owned(), Vec::new()),
    }
}

#[tokio::test]
async fn a_picture_is_fetched_without_credentials_and_within_bounds() {
    let server = Server::start();
    let rules = PictureRules { max_bytes: 1 << 20, total: Duration::from_secs(2), this_computer: true };
    let client = Pictures::default();
    let fetch = async |path: &str| client.fetch(&server.url(path), &rules).await;
    assert_eq!(fetch("/red.png").await.unwrap(), png([200, 0, 0]));
    assert_eq!(fetch("/moved.png").await.unwrap(), png([200, 0, 0]));
    assert_eq!(fetch("/round.png").await, Err(PictureFault::Redirects));
    assert_eq!(fetch("/file.png").await, Err(PictureFault::Address));
    assert_eq!(fetch("/nowhere").await, Err(PictureFault::Http(404)));
    assert_eq!(fetch("/page.png").await, Err(PictureFault::Kind("text/html".into())));
    for path in ["/told.png", "/huge.png"] {
        assert_eq!(fetch(path).await, Err(PictureFault::TooLarge { max: 1 << 20 }), "{path}");
    }
    assert_eq!(fetch("/slow.png").await, Err(PictureFault::TimedOut));
    let gone = client.fetch("http://127.0.0.1:1/a.png", &rules).await;
    assert!(matches!(gone, Err(PictureFault::Unreachable(_))), "{gone:?}");
    let strict = PictureRules::default();
    assert_eq!(client.fetch(&server.url("/red.png"), &strict).await, Err(PictureFault::ThisComputer));
    for request in server.asked.lock().unwrap().iter() {
        let lower = request.to_ascii_lowercase();
        for secret in ["authorization", "cookie", "referer", "access-token", "access_token"] {
            assert!(!lower.contains(secret), "{request}");
        }
    }
}

/// A template of two pictures, both given by a variable.
fn export(server: &Server) -> String {
    let picture = |variable: &str| {
        format!(
            "<ImageView width='80np' height='40np' scaleType='fitXY' imageUrl='@data{{data.cardData.{variable}}}'/>"
        )
    };
    let editor = serde_json::json!({
        "variableList": [{ "name": "good", "type": "string" }, { "name": "bad", "type": "string" }, { "name": "media", "type": "string" }],
        "mockData": { "cardData": { "good": server.url("/red.png"), "bad": server.url("/nowhere"), "media": "@lALPabc" } },
    });
    let widgets = format!(
        "<LinearLayout orientation='vertical'>{}{}{}</LinearLayout>",
        picture("good"),
        picture("bad"),
        picture("media")
    );
    serde_json::json!({ "editorData": editor.to_string(), "widgetInfo": widgets, "type": "im" }).to_string()
}

#[test]
fn a_click_loads_the_pictures_of_the_preview_and_a_failure_is_named() {
    let server = Server::start();
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let file = folder.path().join("pictures.json");
    std::fs::write(&file, export(&server)).unwrap();
    let mut window = Window::open_sized(folder, [1500.0, 2000.0], |_| {});
    lab::import(&mut window, file);
    window.press("按模板填入");
    window.settle();
    assert!(server.asked.lock().unwrap().is_empty(), "nothing is fetched before the click");
    window.press("加载图片（2）");
    window.step_until("both were answered", |window| !window.app().lab().pictures().is_busy());
    window.harness.run_ok();
    let album = window.app().lab().pictures();
    assert!(album.has(&server.url("/red.png")) && album.failure(&server.url("/nowhere")).is_some());
    assert!(!album.has("@lALPabc"));
    assert!(window.shows("服务器回答 HTTP 404") && window.shows("加载图片（1）"), "{:#?}", window.on_screen());

    // What is loaded stands in the pictures of the record as well.
    let known = Known::read(
        StoredExport { id: "t".into(), text: export(&server), ..StoredExport::default() },
        ding_composer::lang::Lang::Zh,
    )
    .unwrap();
    let merged = ding_composer::template::values::merge(
        &known.export,
        &ding_composer::template::values::Values::of_sample(&known.export),
        None,
    );
    let studio = ding_composer::ui::lab::studio::Studio::new(1.0, false).with_pictures(album.loaded());
    let scene = ding_composer::template::draw::build::Scene::default();
    let picture = studio.picture(&known.card, &merged, &scene);
    let at = |x: usize, y: usize| &picture.rgba[(y * picture.width + x) * 4..][..3];
    assert_eq!(at(12 + 40, 12 + 20), [200, 0, 0], "in the middle of the first picture");
    assert_ne!(at(12 + 10, 12 + 50), [200, 0, 0]);
}
