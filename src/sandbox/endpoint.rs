//! Which call an address is, and what it needs. Pure.

use crate::dingtalk::System;

/// The calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Endpoint {
    AccessToken,
    CorpAccessToken,
    SendCard,
    CreateAndDeliver,
    SendInteractive,
    UpdateCard,
    UpdateInteractive,
    SearchUsers,
    GetToken,
    GetCorpToken,
    GetAuthInfo,
    Scopes,
    SendNotice,
    SendFree,
    UpdateStatusBar,
    UploadMedia,
    AfterSend,
    ListDepartments,
    GetDepartment,
    ListUsers,
    GetUser,
    GetUserByMobile,
}

impl Endpoint {
    /// The call of a path, and its method.
    pub(super) fn of(system: System, path: &str) -> Option<(Self, &'static str)> {
        let endpoint = match (system, path) {
            (System::Api, "/v1.0/oauth2/accessToken") => Self::AccessToken,
            (System::Api, "/v1.0/oauth2/corpAccessToken") => Self::CorpAccessToken,
            (System::Api, super::SEND_CARD) => Self::SendCard,
            (System::Api, super::CREATE_AND_DELIVER) => Self::CreateAndDeliver,
            (System::Api, super::SEND_INTERACTIVE_CARD) => Self::SendInteractive,
            (System::Api, super::UPDATE_CARD) => Self::UpdateCard,
            (System::Api, super::UPDATE_INTERACTIVE_CARD) => Self::UpdateInteractive,
            (System::Api, "/v1.0/contact/users/search") => Self::SearchUsers,
            (System::Oapi, "/gettoken") => Self::GetToken,
            (System::Oapi, "/service/get_corp_token") => Self::GetCorpToken,
            (System::Oapi, "/service/get_auth_info") => Self::GetAuthInfo,
            (System::Oapi, "/auth/scopes") => Self::Scopes,
            (System::Oapi, super::SEND_NOTICE) => Self::SendNotice,
            (System::Oapi, super::SEND_FREE) => Self::SendFree,
            (System::Oapi, super::UPDATE_STATUS_BAR) => Self::UpdateStatusBar,
            (System::Oapi, super::UPLOAD) => Self::UploadMedia,
            (System::Oapi, "/topapi/v2/department/listsub") => Self::ListDepartments,
            (System::Oapi, "/topapi/v2/department/get") => Self::GetDepartment,
            (System::Oapi, "/topapi/v2/user/list") => Self::ListUsers,
            (System::Oapi, "/topapi/v2/user/get") => Self::GetUser,
            (System::Oapi, "/topapi/v2/user/getbymobile") => Self::GetUserByMobile,
            _ if super::after::knows(system, path) => Self::AfterSend,
            _ => return None,
        };
        let method = match endpoint {
            Self::GetToken | Self::Scopes => "GET",
            Self::UpdateCard | Self::UpdateInteractive => "PUT",
            Self::AfterSend if path == super::after::READ_STATUS => "GET",
            _ => "POST",
        };
        Some((endpoint, method))
    }

    pub(super) const fn gives_tokens(self) -> bool {
        matches!(self, Self::AccessToken | Self::CorpAccessToken | Self::GetToken | Self::GetCorpToken)
    }

    /// Whether the answer depends on who works here.
    pub(super) const fn asks_for_people(self) -> bool {
        !self.gives_tokens() && !matches!(self, Self::Scopes | Self::UploadMedia | Self::UpdateStatusBar)
    }

    pub(super) const fn needs_token(self) -> bool {
        !self.gives_tokens() && !matches!(self, Self::GetAuthInfo)
    }
}
