//! A DingTalk stand-in inside the program: both systems on loopback, by the documented contract, with an organisation of its
//! own. The Sandbox profile, tests and the command line talk to it over real HTTP.
//!
//! * [`Sandbox`]: starts it and asks it things; [`Script`] and [`Effect`]: what can be made to go wrong.
//! * [`Arrival`]: what arrived, as a recipient would see it. [`Organisation`]: the people and departments.
//!
//! Knows no screen and nothing of how this program makes its requests: it is the other side. Codes and rules are those of
//! DingTalk's pages and of observed answers; where the pages are silent the choice is noted beside the code.

mod after;
mod arrival;
mod call;
mod card;
mod card_ways;
mod codes;
mod contacts;
mod control;
mod dice;
mod endpoint;
mod fault;
mod free;
mod ledger;
mod limits;
mod mask;
mod media;
mod notice;
mod organisation;
mod script;
mod signin;
mod templates;
mod token;
mod wire;
mod world;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, oneshot};

pub use arrival::{
    Answered, Arrival, ArrivedCard, ArrivedNotice, ArrivedSpace, CardNote, CardRecipient, DropRule, Fate, FreeMessage,
    Mention, MergedVariable, Message, NoticeRecipient, StatusBar, Variable,
};
pub use ledger::{Fullest, LedgerEntry};
pub use media::StoredMedia;
pub use organisation::{Department, Organisation, Person};
pub use script::{Effect, HUGE, Script};
pub use templates::{CardTemplate, CardVariable};
pub use world::Rules;

use crate::compose::notice::NoticeTemplate;
use crate::dingtalk::System;
use crate::dingtalk::host::{BaseUrl, Hosts};
use crate::dingtalk::secret::Secret;
use world::{LazyOrganisation, World};

/// Path of the card call.
pub const SEND_CARD: &str = "/v1.0/im/privateChat/interactiveCards/send";
/// Path of the call that creates a card and puts it in several places.
pub const CREATE_AND_DELIVER: &str = "/v1.0/card/instances/createAndDeliver";
/// Path of the older call for groups and robots' chats.
pub const SEND_INTERACTIVE_CARD: &str = "/v1.0/im/interactiveCards/send";
/// Path of the update of a card.
pub const UPDATE_CARD: &str = "/v1.0/card/instances";
/// Path of the older update.
pub const UPDATE_INTERACTIVE_CARD: &str = "/v1.0/im/interactiveCards";
/// Paths of every call that carries a message: such arrivals are kept for longer.
const MESSAGES: [&str; 7] = [
    SEND_CARD,
    CREATE_AND_DELIVER,
    SEND_INTERACTIVE_CARD,
    UPDATE_CARD,
    UPDATE_INTERACTIVE_CARD,
    SEND_NOTICE,
    SEND_FREE,
];
/// Path of the notice call.
pub const SEND_NOTICE: &str = "/topapi/message/corpconversation/sendbytemplate";
/// Path of the call for free-form notices.
pub const SEND_FREE: &str = "/topapi/message/corpconversation/asyncsend_v2";
/// Path of the call that changes a status bar.
pub const UPDATE_STATUS_BAR: &str = "/topapi/message/corpconversation/status_bar/update";
/// Path of the upload.
pub const UPLOAD: &str = "/media/upload";
/// The header that the control routes ask for.
pub const CONTROL_HEADER: &str = "x-sandbox-control";

/// How a sandbox is set up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SandboxOptions {
    /// People in the organisation, 2 to 1,000,000.
    pub people: usize,
    /// Seconds a token lives; DingTalk's live 7,200.
    pub token_lifetime_secs: u64,
    /// Makes the organisation and the ids; the same seed makes the same ones. Secrets and tokens are always new.
    pub seed: u64,
    /// Port of the api system; the oapi system gets the next one. `None`: two free ports.
    pub port: Option<u16>,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self { people: 320, token_lifetime_secs: 7_200, seed: 20_260_301, port: None }
    }
}

/// What the sandbox's thread and its owner share.
struct Shared {
    world: Mutex<World>,
    organisation: Arc<LazyOrganisation>,
    control_key: Secret,
    revision: AtomicU64,
    /// How far the sandbox's clock is ahead, in milliseconds.
    skew: AtomicI64,
    /// Where the clock stands still, in milliseconds since 1970; [`RUNNING`]: it runs.
    stopped_at: AtomicI64,
    /// Told when all orders are forgotten: slow answers come at once then.
    cleared: Notify,
}

const RUNNING: i64 = i64::MIN;

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        // A panic in one call must not end the sandbox: the state stays usable.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clear_scripts(&self) {
        self.world().scripts.clear();
        self.cleared.notify_waiters();
    }

    /// The sandbox's time: the computer's (or where a test stopped it), plus the skew a test asked for.
    fn now(&self) -> Timestamp {
        let skew = SignedDuration::from_millis(self.skew.load(Ordering::Relaxed));
        let now = match self.stopped_at.load(Ordering::Relaxed) {
            RUNNING => Timestamp::now(),
            millis => Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH),
        };
        now.checked_add(skew).unwrap_or(now)
    }

    fn set_skew(&self, skew: SignedDuration) {
        let millis = i64::try_from(skew.as_millis()).unwrap_or(0);
        self.skew.store(millis, Ordering::Relaxed);
    }

    fn answer(&self, call: &call::Call) -> world::Outcome {
        if world::asks_for_people(call) {
            // Made before the lock is taken: 100,000 people take a while, and the window must not wait for them.
            self.organisation.get();
        }
        let now = self.now();
        let outcome = self.world().answer(call, now);
        self.tell();
        outcome
    }

    fn tell(&self) {
        let number = self.world().number();
        self.revision.store(number, Ordering::Release);
    }
}

/// A running sandbox. It stops when it is dropped.
pub struct Sandbox {
    shared: Arc<Shared>,
    hosts: Hosts,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Starts a sandbox on 127.0.0.1 with a thread of its own. The organisation is made when it is first asked for.
    ///
    /// # Errors
    /// When a port cannot be opened (a fixed one may be taken) or the thread cannot be started.
    pub fn start(options: SandboxOptions) -> std::io::Result<Self> {
        let SandboxOptions { people, token_lifetime_secs, seed, port } = options;
        let ports = match port {
            None => (0, 0),
            Some(api) => {
                let oapi = api.checked_add(1).ok_or_else(|| std::io::Error::from(std::io::ErrorKind::InvalidInput))?;
                (api, oapi)
            }
        };
        let (api, api_base) = open(ports.0)?;
        let (oapi, oapi_base) = open(ports.1)?;
        let organisation = Arc::new(LazyOrganisation::new(people, seed));
        let lifetime = Duration::from_secs(token_lifetime_secs);
        let shared = Arc::new(Shared {
            world: Mutex::new(World::new(Arc::clone(&organisation), lifetime, seed, Timestamp::now())),
            organisation,
            control_key: Secret::new(format!("sbx-secret-{}", uuid::Uuid::new_v4().simple())),
            revision: AtomicU64::new(0),
            skew: AtomicI64::new(0),
            stopped_at: AtomicI64::new(RUNNING),
            cleared: Notify::new(),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("sandbox".to_owned()).spawn(move || {
            let run = async {
                let listen = |listener| tokio::net::TcpListener::from_std(listener);
                let (api, oapi) = match (listen(api), listen(oapi)) {
                    (Ok(api), Ok(oapi)) => (api, oapi),
                    (Err(error), _) | (_, Err(error)) => {
                        tracing::error!(%error, "the sandbox could not listen");
                        return;
                    }
                };
                tokio::select! {
                    () = wire::serve(api, Arc::clone(&served), System::Api) => {}
                    () = wire::serve(oapi, Arc::clone(&served), System::Oapi) => {}
                    // The owner went away, with or without saying so.
                    _ = stopped => {}
                }
            };
            runtime.block_on(run);
        })?;
        let hosts = Hosts { api: api_base, oapi: oapi_base };
        Ok(Self { shared, hosts, stop: Some(stop), thread: Some(thread) })
    }

    /// The base addresses of both systems.
    pub fn hosts(&self) -> Hosts {
        self.hosts.clone()
    }

    /// `appKey` of the internal app.
    pub fn app_key(&self) -> String {
        self.shared.world().ids.app_key.clone()
    }

    /// `appSecret` of the internal app; new with every start.
    pub fn app_secret(&self) -> Secret {
        self.shared.world().ids.app_secret.clone()
    }

    /// `suiteKey` of the third-party app.
    pub fn suite_key(&self) -> String {
        self.shared.world().ids.suite_key.clone()
    }

    /// `suiteSecret` of the third-party app; new with every start.
    pub fn suite_secret(&self) -> Secret {
        self.shared.world().ids.suite_secret.clone()
    }

    /// `suiteTicket` of the third-party app; new with every start.
    pub fn suite_ticket(&self) -> Secret {
        self.shared.world().ids.suite_ticket.clone()
    }

    /// The organisation's corp id.
    pub fn auth_corp_id(&self) -> String {
        self.shared.world().ids.corp_id.clone()
    }

    /// The app's `agent_id`, the same for the internal and the third-party app.
    pub fn agent_id(&self) -> u64 {
        self.shared.world().ids.agent_id
    }

    /// The robot's code.
    pub fn robot_code(&self) -> String {
        self.shared.world().ids.robot_code.clone()
    }

    /// The one-to-one conversation of the organisation's first two people.
    pub fn open_conversation_id(&self) -> String {
        self.shared.world().ids.open_conversation_id.clone()
    }

    /// The group of the organisation's first eight people, with the sandbox's robot in it.
    pub fn group_conversation_id(&self) -> String {
        self.shared.world().ids.group_conversation_id.clone()
    }

    /// The one `callbackRouteKey` that is registered.
    pub fn callback_route_key(&self) -> String {
        self.shared.world().ids.callback_route_key.clone()
    }

    /// A token as a person would paste it: of the internal app, valid on both systems.
    pub fn pasted_token(&self) -> Secret {
        let now = self.shared.now();
        Secret::new(self.shared.world().issue(token::Kind { app: token::App::Internal, system: None }, now))
    }

    /// The ids of the card templates that can be sent.
    pub fn card_template_ids(&self) -> Vec<String> {
        let usable = |template: &CardTemplate| {
            let mut keys: Vec<&str> = template.variables.iter().map(|variable| variable.key.as_str()).collect();
            keys.sort_unstable();
            template.published && keys.windows(2).all(|pair| pair[0] != pair[1])
        };
        self.shared.world().card_templates.iter().filter(|known| usable(known)).map(|known| known.id.clone()).collect()
    }

    /// All card templates: also the one that is not published and the one with a placeholder twice.
    pub fn card_templates(&self) -> Vec<CardTemplate> {
        self.shared.world().card_templates.clone()
    }

    /// Adds a published card template, or replaces the one of the same id: how a tester tries a template of their own.
    pub fn publish_card_template(&self, template: CardTemplate) {
        let mut world = self.shared.world();
        world.card_templates.retain(|known| known.id != template.id);
        world.card_templates.push(CardTemplate { published: true, ..template });
    }

    /// The message templates that passed review.
    pub fn notice_templates(&self) -> Vec<NoticeTemplate> {
        let world = self.shared.world();
        world.notice_templates.iter().filter(|known| known.approved).map(|known| known.template.clone()).collect()
    }

    /// The message templates that wait for review (885006).
    pub fn pending_notice_templates(&self) -> Vec<NoticeTemplate> {
        let world = self.shared.world();
        world.notice_templates.iter().filter(|known| !known.approved).map(|known| known.template.clone()).collect()
    }

    /// Adds an approved message template, or replaces the one of the same id.
    pub fn approve_notice_template(&self, template: NoticeTemplate) {
        let mut world = self.shared.world();
        world.notice_templates.retain(|known| known.template.id != template.id);
        world.notice_templates.push(templates::Notice { template, approved: true });
    }

    /// The files that were uploaded, oldest first.
    pub fn media(&self) -> Vec<StoredMedia> {
        self.shared.world().media.values().cloned().collect()
    }

    /// Gives an order. See [`Script`].
    pub fn script(&self, script: Script) {
        self.shared.world().scripts.push(script);
    }

    /// The orders that still wait, in the order they were given.
    pub fn scripts(&self) -> Vec<Script> {
        self.shared.world().scripts.clone()
    }

    /// Forgets all orders; answers that wait because of one come now.
    pub fn clear_scripts(&self) {
        self.shared.clear_scripts();
    }

    /// What arrived, oldest first: the last 200 messages and the last 300 other calls, 32 MiB of bodies each.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.shared.world().arrivals()
    }

    /// Every call since the start, oldest first, without its texts: the last half a million.
    pub fn ledger(&self) -> Vec<LedgerEntry> {
        self.shared.world().ledger.entries()
    }

    /// The most that any sliding window has held, by the sandbox's own count.
    pub fn fullest(&self) -> Fullest {
        self.shared.world().ledger.fullest()
    }

    /// From now on this person has read every message that came or comes.
    pub fn reads(&self, userid: &str) {
        self.shared.world().after.reads(userid);
    }

    /// The tasks of notices that were taken back.
    pub fn recalled_tasks(&self) -> Vec<u64> {
        self.shared.world().after.recalled()
    }

    /// The keys of cards that were taken back.
    pub fn recalled_keys(&self) -> Vec<String> {
        self.shared.world().after.recalled_keys()
    }

    /// Forgets what arrived. The delivery rules still remember.
    pub fn clear_arrivals(&self) {
        self.shared.world().clear_arrivals();
        self.shared.tell();
    }

    /// Changes with every arrival; cheap enough to be asked in every frame.
    pub fn revision(&self) -> u64 {
        self.shared.revision.load(Ordering::Acquire)
    }

    /// The organisation; made now if nobody asked before.
    pub fn organisation(&self) -> Arc<Organisation> {
        Arc::clone(self.shared.organisation.get())
    }

    /// The rules that can be switched.
    pub fn rules(&self) -> Rules {
        self.shared.world().rules.clone()
    }

    /// Switches rules.
    pub fn set_rules(&self, rules: Rules) {
        self.shared.world().rules = rules;
    }

    /// Ends the life of every token: the next call with one is refused as expired.
    pub fn expire_tokens(&self) {
        let now = self.shared.now();
        self.shared.world().tokens.expire(now);
    }

    /// Sets how far the sandbox's clock is ahead of the computer's (negative: behind). Tokens, signatures, days and minutes
    /// go by it.
    pub fn set_clock_skew(&self, skew: SignedDuration) {
        self.shared.set_skew(skew);
    }

    /// Stops the sandbox's clock at a moment, or lets it run again. The skew is added either way.
    pub fn stop_clock(&self, at: Option<Timestamp>) {
        self.shared.stopped_at.store(at.map_or(RUNNING, Timestamp::as_millisecond), Ordering::Relaxed);
    }

    /// The key that the control routes under `/sandbox` ask for in [`CONTROL_HEADER`]; new with every start.
    pub fn control_key(&self) -> Secret {
        self.shared.control_key.clone()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // The thread may have ended already; then nobody listens, which is what is wanted.
        if let Some(stop) = self.stop.take() {
            stop.send(()).ok();
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the sandbox's thread ended in a panic");
        }
    }
}

/// Opens a port of 127.0.0.1 (0: a free one) and names its address.
fn open(port: u16) -> std::io::Result<(std::net::TcpListener, BaseUrl)> {
    let listener = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    listener.set_nonblocking(true)?;
    let base = BaseUrl::parse(&format!("http://{}", listener.local_addr()?)).map_err(std::io::Error::other)?;
    Ok((listener, base))
}
