//! What the sandbox refuses with, and how each of the two systems writes it down.
//!
//! The wordings are those of DingTalk's pages and of observed answers (API dossier, part B). A code that a script asks for
//! gets its wording and HTTP status from the catalogue's data.

use serde_json::{Value, json};

/// A refusal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Fault {
    pub(super) dialect: Dialect,
    pub(super) message: String,
    /// JSON pointer of the field at fault, for whoever looks at what arrived. Never on the wire.
    pub(super) place: Option<String>,
}

/// How a refusal is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Dialect {
    /// `{"code","requestid","message"[,"accessdenieddetail"]}` with an HTTP status of its own.
    Api { status: u16, code: String, scopes: Vec<String> },
    /// `{"errcode","errmsg","request_id"}`, HTTP 200. On the api host without a request id, as observed.
    Plain { errcode: i64, on_api: bool },
    /// The wrapper: errcode 88 with `sub_code` as a text, HTTP 200.
    Wrapped { sub_code: String, sub_msg: String, scopes: Vec<String> },
    /// No code at all: an HTTP status with a gateway's page.
    Page { status: u16 },
    /// The JSON of an IP ban, which has no code either.
    Banned,
}

impl Fault {
    /// A refusal of the api system with its documented status and wording.
    pub(super) fn api(code: &str) -> Self {
        let (status, message) = api_wording(code);
        Self {
            dialect: Dialect::Api { status, code: code.to_owned(), scopes: Vec::new() },
            message: message.to_owned(),
            place: None,
        }
    }

    /// A plain refusal of the oapi system.
    pub(super) fn oapi(errcode: i64) -> Self {
        Self {
            dialect: Dialect::Plain { errcode, on_api: false },
            message: oapi_wording(errcode).to_owned(),
            place: None,
        }
    }

    /// A refusal inside the 88 wrapper.
    pub(super) fn wrapped(sub_code: &str, sub_msg: &str) -> Self {
        Self {
            dialect: Dialect::Wrapped {
                sub_code: sub_code.to_owned(),
                sub_msg: sub_msg.to_owned(),
                scopes: Vec::new(),
            },
            message: String::new(),
            place: None,
        }
    }

    pub(super) fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// Names the field at fault.
    pub(super) fn at(mut self, pointer: impl Into<String>) -> Self {
        self.place = Some(pointer.into());
        self
    }

    pub(super) fn needs(mut self, wanted: &[&str]) -> Self {
        if let Dialect::Api { scopes, .. } | Dialect::Wrapped { scopes, .. } = &mut self.dialect {
            scopes.extend(wanted.iter().map(|scope| (*scope).to_owned()));
        }
        self
    }

    /// The code as reports name it: `param.empty`, `400002`, `88/40014`.
    pub(super) fn code(&self) -> Option<String> {
        match &self.dialect {
            Dialect::Api { code, .. } => Some(code.clone()),
            Dialect::Plain { errcode, .. } => Some(errcode.to_string()),
            Dialect::Wrapped { sub_code, .. } => Some(format!("88/{sub_code}")),
            Dialect::Page { .. } | Dialect::Banned => None,
        }
    }

    /// The answer as it goes over the wire.
    pub(super) fn reply(&self, ids: &RequestId) -> Reply {
        match &self.dialect {
            Dialect::Api { status, code, scopes } => {
                let mut body = json!({"code": code, "requestid": ids.api, "message": self.message});
                if !scopes.is_empty() {
                    body["accessdenieddetail"] = json!({"requiredScopes": scopes});
                }
                Reply::json(*status, &body)
            }
            Dialect::Plain { errcode, on_api: true } => {
                Reply::json(200, &json!({"errcode": errcode, "errmsg": self.message}))
            }
            Dialect::Plain { errcode: 22, .. } => Reply::json(
                200,
                &json!({"errcode": 22, "errmsg": self.message, "sub_msg": self.message, "request_id": ids.oapi}),
            ),
            Dialect::Plain { errcode, .. } => {
                Reply::json(200, &json!({"errcode": errcode, "errmsg": self.message, "request_id": ids.oapi}))
            }
            Dialect::Wrapped { sub_code, sub_msg, scopes } => {
                let tail = if scopes.is_empty() {
                    String::new()
                } else {
                    format!(", {{requiredScopes=[{}]}}", scopes.join(","))
                };
                let errmsg = format!("ding talk error[subcode={sub_code},submsg={sub_msg}{tail}]");
                Reply::json(
                    200,
                    &json!({
                        "errcode": 88, "sub_code": sub_code, "sub_msg": sub_msg, "errmsg": errmsg, "request_id": ids.oapi
                    }),
                )
            }
            Dialect::Page { status } => Reply::page(*status),
            Dialect::Banned => Reply::json(
                200,
                &json!({"status": 1111, "wait": 5, "source": "x5", "punish": "deny", "uuid": ids.api.to_lowercase()}),
            ),
        }
    }
}

/// The id of one request, in both systems' fashions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct RequestId {
    /// `FD9F4514-…`, a UUID in capitals.
    pub(super) api: String,
    /// `16l4ew3d47pdp`, thirteen letters and digits.
    pub(super) oapi: String,
}

/// An answer ready for the wire.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self { status, content_type: "application/json;charset=UTF-8".to_owned(), body: body.to_string().into_bytes() }
    }

    /// A gateway's error page.
    pub(super) fn page(status: u16) -> Self {
        let body = format!(
            "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>{status}</title></head>\
             <body><center><h1>{status}</h1></center><hr><center>Tengine</center></body></html>\n"
        );
        Self { status, content_type: "text/html; charset=utf-8".to_owned(), body: body.into_bytes() }
    }
}

/// HTTP status and wording of the api codes that the sandbox finds by itself.
fn api_wording(code: &str) -> (u16, &'static str) {
    let message = match code {
        "param.empty" => "入参为空",
        "callbackUrl.empty" => "回调地址为空",
        "param.invalid" => "无效参数",
        "permission.checkFailed" => "发送动态卡片权限校验失败",
        "cardInstance.wrong" => "创建卡片实例失败,先检查卡片模板是否已发布",
        "cidParse.wrong" => "单聊会话ID解码失败",
        "card.templateEmpty" => "卡片模板ID为空",
        "userInfo.convertError" => "消息接收者UID解码错误",
        "card.outTraceIdError" => "卡片业务标识信息格式非法",
        "card.outTraceIdEmpty" => "业务标识outTrackId为空",
        "chatbot.notFound" => "机器人不存在",
        "invalidParameter.cid.empty" => "单聊会话id为空",
        "duplicateKey" => "卡片模板占位符有重复Key",
        "getPictureFailed" => "获取图片url失败",
        "org.notOwn.group" => "单聊会话不属于当前企业",
        "outTrackId.exceed.limit" => "outTrackId长度超限",
        "InvalidAuthentication" => "不合法的access_token",
        "AuthenticationFailed.MissingParameter" => "缺少参数：x-acs-dingtalk-access-token",
        "Missingbody" => "body is mandatory for this action.",
        "invalidClientIdOrSecret" => "无效的clientId或者clientSecret",
        "invalidSuiteKey" => "suitekey不合法",
        "invalidSuiteTicket" => "suiteTicket无效",
        "invalidAuthInfo" => "企业未开通对应的三方应用，无法获取该企业token",
        "parameter.error" => "参数错误",
        "Forbidden.AccessDenied.AccessTokenPermissionDenied" => {
            return (
                403,
                "没有调用该接口的权限，接口权限申请参考：https://open.dingtalk.com/document/orgapp-server/add-api-permission",
            );
        }
        _ => "",
    };
    (400, message)
}

/// Wording of the oapi codes that the sandbox finds by itself.
fn oapi_wording(errcode: i64) -> &'static str {
    match errcode {
        22 => "不合法ApiName，请检查请求地址是否正确",
        41 => "Invalid arguments",
        404 => "请求的URI地址不存在",
        33012 => "无效的USERID",
        34008 => "图片不能为空",
        34009 => "链接内容不能为空",
        34010 => "文件不能为空",
        34011 => "音频文件不能为空",
        34014 => "会话消息的json结构无效或不完整",
        40004 => "不合法的媒体文件类型",
        40005 => "不合法的文件类型",
        40007 => "不合法的媒体文件id",
        40008 => "不合法的消息类型",
        40009 => "不合法的部门id",
        40013 => "不合法的corpid",
        40032 => "不合法的UserID列表长度",
        40033 => "不合法的请求字符，不能包含\\uxxxx格式的字符",
        40035 => "不合法的参数",
        40056 => "不合法的agentid",
        40066 => "不合法的部门列表",
        40085 => "不存在的suiteticket",
        40096 => "不合法的appKey或appSecret",
        41005 => "缺少多媒体文件数据",
        41023 => "缺少suiteticket",
        41027 => "需要授权企业的corpid参数",
        41028 => "禁止给全员发送消息",
        41029 => "超过消息接收者人数上限",
        41030 => "企业未对该套件授权",
        41045 => "超过发送全员消息的次数上限",
        43001 => "需要GET请求",
        43002 => "需要POST请求",
        44001 => "多媒体文件为空",
        44004 => "文本消息内容为空",
        45001 => "多媒体文件大小超过限制",
        45002 => "消息内容超过限制",
        45003 => "标题字段超过限制",
        45005 => "链接字段超过限制",
        45007 => "语音播放时间超过限制",
        47001 => "解析JSON/XML内容错误",
        50002 => "企业员工不在授权范围",
        50004 => "企业部门不在授权范围",
        60003 => "部门不存在",
        400_002 => "参数错误",
        800_001 => "仅限ISV调用",
        853_001 => "timestamp参数格式不正确，必须是当前时间的毫秒数",
        853_002 => "timestamp参数不合法，该参数值与钉钉服务器当前时间相差超过1分钟",
        853_003 => "accessKey参数不合法，必须是钉钉开放平台存在的appId",
        853_004 => "signature参数不正确，与钉钉服务端计算出来的签名不一致，注意该参数传递时必须urlEncode",
        885_001 => "消息模板不存在",
        885_006 => "消息模板不可用",
        _ => "系统异常",
    }
}
