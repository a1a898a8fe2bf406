//! Base addresses of the two systems, checked when they are read.

use super::System;

/// A base address such as `https://api.dingtalk.com`: https, or http on loopback only, without user, query or fragment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BaseUrl(url::Url);

/// Why an address was not accepted as a [`BaseUrl`].
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BaseUrlError {
    /// It could not be read as an address at all.
    #[error("not an address: {0}")]
    Unreadable(String),
    /// Plain http to another machine: a token would travel in clear.
    #[error("hosts other than loopback must use https")]
    NotHttps,
    /// It carries a user name, password, query or fragment.
    #[error("an address without user, query or fragment is needed")]
    Extra,
}

impl BaseUrl {
    /// Reads and checks an address.
    ///
    /// # Errors
    /// See [`BaseUrlError`]; the text never contains a password that stood in the address.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let url = url::Url::parse(text.trim()).map_err(|error| BaseUrlError::Unreadable(error.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::Extra);
        }
        let base = Self(url);
        match base.0.scheme() {
            _ if base.0.host().is_none() => Err(BaseUrlError::Unreadable(text.trim().to_owned())),
            "https" => Ok(base),
            "http" if base.is_loopback() => Ok(base),
            "http" => Err(BaseUrlError::NotHttps),
            other => Err(BaseUrlError::Unreadable(format!("scheme {other}"))),
        }
    }

    /// DingTalk's own address of a system on the mainland site.
    pub fn mainland(system: System) -> Self {
        let text = match system {
            System::Api => "https://api.dingtalk.com",
            System::Oapi => "https://oapi.dingtalk.com",
        };
        // Both literals are valid by construction; the fallback keeps this free of panics.
        Self::parse(text).unwrap_or_else(|_| Self(loopback_url()))
    }

    /// The address as text, without a trailing slash.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Whether it points to this computer.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            Some(url::Host::Domain(name)) => name == "localhost",
            None => false,
        }
    }

    /// The host's name, without a port.
    pub fn host(&self) -> String {
        self.0.host_str().unwrap_or_default().to_owned()
    }

    /// Host and port: `api.dingtalk.com:443`.
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host(), self.0.port_or_known_default().unwrap_or_default())
    }

    /// The address of a path below the base.
    pub(crate) fn join(&self, path: &str) -> url::Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{}", self.0.path().trim_end_matches('/'), path));
        url
    }
}

fn loopback_url() -> url::Url {
    // Parsing a literal; covered by a test.
    #[expect(clippy::unwrap_used, reason = "a literal that a unit test parses")]
    url::Url::parse("http://127.0.0.1:9").unwrap()
}

/// The base addresses of both systems.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hosts {
    /// Base of the new system.
    pub api: BaseUrl,
    /// Base of the old system.
    pub oapi: BaseUrl,
}

impl Hosts {
    /// The base of one system.
    pub fn of(&self, system: System) -> &BaseUrl {
        match system {
            System::Api => &self.api,
            System::Oapi => &self.oapi,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_this_computer_is_accepted() {
        for fine in
            ["https://api.dingtalk.com", "https://gw.example/ding/", "http://127.0.0.1:8080", "http://localhost"]
        {
            assert!(BaseUrl::parse(fine).is_ok(), "{fine}");
        }
        assert_eq!(BaseUrl::parse("http://api.dingtalk.com"), Err(BaseUrlError::NotHttps));
        assert_eq!(BaseUrl::parse("http://localhost.evil.example"), Err(BaseUrlError::NotHttps));
        for extra in ["https://u:p@h", "https://h?x=1", "https://h#x"] {
            assert_eq!(BaseUrl::parse(extra), Err(BaseUrlError::Extra), "{extra}");
        }
        for bad in ["", "dingtalk", "ftp://h", "https://", "data:,x"] {
            assert!(matches!(BaseUrl::parse(bad), Err(BaseUrlError::Unreadable(_))), "{bad}");
        }
    }

    #[test]
    fn paths_are_put_below_the_base() {
        let base = BaseUrl::parse("https://gw.example:8443/ding/").unwrap();
        assert_eq!(base.join("/v1.0/x").as_str(), "https://gw.example:8443/ding/v1.0/x");
        assert_eq!((base.as_str(), base.authority()), ("https://gw.example:8443/ding", "gw.example:8443".to_owned()));
        for system in System::ALL {
            assert!(BaseUrl::mainland(system).as_str().ends_with(".dingtalk.com"));
            assert!(!BaseUrl::mainland(system).is_loopback());
        }
    }
}
