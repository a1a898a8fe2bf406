//! The people of a profile's organisation on disk: one SQLite file a profile, written whole and replaced atomically.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, params};

use super::{
    files::{self, FileError, SAVING_PREFIX},
    history::{HistoryError, explain},
    home::Home,
    settings::Profile,
};
use crate::directory::{Department, Directory, DirectoryBuilder, PersonIndex, PersonView};

/// Format of the file; another one is not read (people can be loaded again).
const FORMAT: i64 = 1;

/// A cached directory.
#[derive(Clone, Debug)]
pub struct Cached {
    /// The people and departments.
    pub directory: Directory,
    /// When they were loaded from the server, Unix milliseconds.
    pub refreshed_at_unix_ms: i64,
}

/// Where a profile's people are cached. The addresses are part of the name: another server, another organisation.
pub fn path_of(home: &Home, profile: &Profile) -> PathBuf {
    use sha2::Digest as _;
    let hash = sha2::Sha256::digest(profile.vault_key().as_str().as_bytes());
    let number = hash.iter().take(12).fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    home.directory_dir().join(format!("{number:024x}.sqlite"))
}

/// Reads a cache; `None` when there is none of today's format. Takes up to half a second for 100,000 people: not on the
/// painting thread.
///
/// # Errors
/// [`HistoryError`] (the words for databases) when it cannot be read; it can be replaced by [`save`] then.
pub fn load(path: &Path) -> Result<Option<Cached>, HistoryError> {
    if !path.exists() {
        return Ok(None);
    }
    let fail = |error: rusqlite::Error| explain(path, &error);
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(fail)?;
    let format: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(fail)?;
    if format != FORMAT {
        return Ok(None);
    }
    read(&connection).map(Some).map_err(fail)
}

fn read(connection: &Connection) -> rusqlite::Result<Cached> {
    let mut builder = DirectoryBuilder::new();
    let mut statement =
        connection.prepare("SELECT userid, unionid, name, title, job_number, active FROM person ORDER BY place")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let text = |at| row.get_ref(at).and_then(|value| value.as_str().map_err(rusqlite::Error::from));
        builder.person(&PersonView {
            userid: text(0)?,
            unionid: text(1)?,
            name: text(2)?,
            title: text(3)?,
            job_number: text(4)?,
            active: row.get(5)?,
        });
    }
    let mut statement = connection.prepare(
        "SELECT id, name, parent, member_count, children_complete, members_complete, members FROM department
         ORDER BY place",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        builder.department(Department { id, name: row.get(1)?, parent: row.get(2)?, member_count: row.get(3)? });
        if row.get(4)? {
            builder.children_are_complete(id);
        }
        if row.get(5)? {
            builder.members_are_complete(id);
        }
        let members = row.get_ref(6)?.as_blob().map_err(rusqlite::Error::from)?;
        for place in members.chunks_exact(4).filter_map(|bytes| bytes.try_into().ok()) {
            builder.member_place(id, u32::from_le_bytes(place));
        }
    }
    let refreshed_at_unix_ms = connection.query_row("SELECT refreshed_at_ms FROM cache", [], |row| row.get(0))?;
    Ok(Cached { directory: builder.build(), refreshed_at_unix_ms })
}

/// Writes a cache: into a file beside it, then renamed over it. Not on the painting thread.
///
/// # Errors
/// [`HistoryError`] (the words for databases); the cache is as it was then.
pub fn save(path: &Path, directory: &Directory, refreshed_at_unix_ms: i64) -> Result<(), HistoryError> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let file = |error: &std::io::Error| HistoryError::File(FileError::new(path, error));
    let fresh = tempfile::Builder::new().prefix(SAVING_PREFIX).tempfile_in(folder).map_err(|error| file(&error))?;
    let fail = |error: rusqlite::Error| explain(path, &error);
    let mut connection = Connection::open(fresh.path()).map_err(fail)?;
    write(&mut connection, directory, refreshed_at_unix_ms).map_err(fail)?;
    connection.close().map_err(|(_, error)| fail(error))?;
    fresh.as_file().sync_all().map_err(|error| file(&error))?;
    fresh.persist(path).map_err(|error| file(&error.error))?;
    files::sync_folder(folder);
    Ok(())
}

fn write(connection: &mut Connection, directory: &Directory, refreshed_at_ms: i64) -> rusqlite::Result<()> {
    // Nobody else sees this file before it is renamed, so there is nothing to roll back to.
    connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(
        "CREATE TABLE cache (refreshed_at_ms INTEGER NOT NULL) STRICT;
         CREATE TABLE person (place INTEGER PRIMARY KEY, userid TEXT NOT NULL, unionid TEXT NOT NULL,
             name TEXT NOT NULL, title TEXT NOT NULL, job_number TEXT NOT NULL, active INTEGER NOT NULL) STRICT;
         CREATE TABLE department (place INTEGER PRIMARY KEY, id INTEGER NOT NULL, name TEXT NOT NULL, parent INTEGER,
             member_count INTEGER, children_complete INTEGER NOT NULL, members_complete INTEGER NOT NULL,
             members BLOB NOT NULL) STRICT;",
    )?;
    transaction.execute("INSERT INTO cache VALUES (?1)", [refreshed_at_ms])?;
    {
        let mut statement = transaction.prepare("INSERT INTO person VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
        for index in directory.people() {
            let one = directory.person(index);
            statement.execute(params![
                index.0,
                one.userid,
                one.unionid,
                one.name,
                one.title,
                one.job_number,
                one.active
            ])?;
        }
        let mut statement = transaction.prepare("INSERT INTO department VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
        for index in directory.departments() {
            let Some(one) = directory.department(index) else { continue };
            let coverage = directory.coverage(index);
            let members: Vec<u8> =
                directory.members(index).iter().flat_map(|PersonIndex(place)| place.to_le_bytes()).collect();
            statement.execute(params![
                index.0,
                one.id,
                one.name,
                one.parent,
                one.member_count,
                coverage.children,
                coverage.members,
                members
            ])?;
        }
    }
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        directory::Person,
        store::{platform, settings::ProfileKind},
    };

    fn some() -> Directory {
        let mut builder = DirectoryBuilder::new();
        builder.department(Department { id: 1, name: "总公司".into(), parent: None, member_count: Some(2) });
        builder.department(Department { id: 7, name: "研发".into(), parent: Some(1), member_count: None });
        builder.children_are_complete(1);
        builder.members_are_complete(7);
        for (userid, name) in [("u1", "张三"), ("u2", "李四\n\0“x”")] {
            let person = Person {
                userid: userid.into(),
                unionid: format!("union-{userid}"),
                name: name.into(),
                title: "工程师".into(),
                job_number: "007".into(),
                departments: vec![7],
                active: userid == "u1",
            };
            builder.member(7, &person);
        }
        builder.build()
    }

    #[test]
    fn what_was_cached_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.sqlite");
        assert!(load(&path).unwrap().is_none());
        save(&path, &some(), 42).unwrap();
        save(&path, &some(), 43).unwrap();
        let cached = load(&path).unwrap().unwrap();
        assert_eq!((cached.directory, cached.refreshed_at_unix_ms), (some(), 43));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left in the folder");
        assert!(!platform::others_may_read(&path).unwrap());
    }

    #[test]
    fn a_damaged_cache_is_an_error_and_can_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.sqlite");
        std::fs::write(
            &path,
            "no database, but longer than a header would be, so that SQLite looks into it".repeat(20),
        )
        .unwrap();
        assert!(matches!(load(&path), Err(HistoryError::Damaged { .. })));
        save(&path, &some(), 1).unwrap();
        assert!(load(&path).unwrap().is_some());
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

        #[test]
        fn a_cache_with_any_damage_is_read_or_refused(
            from in 0..20_000_usize, bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 1..600),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("x.sqlite");
            save(&path, &some(), 1).unwrap();
            let mut file = std::fs::read(&path).unwrap();
            for (place, byte) in file.iter_mut().skip(from).zip(bytes) {
                *place = byte;
            }
            std::fs::write(&path, file).unwrap();
            if let Ok(Some(cached)) = load(&path) {
                for root in cached.directory.roots() {
                    cached.directory.count_below(root);
                }
                crate::directory::SearchIndex::build(&cached.directory).search("zs", 5);
            }
        }
    }

    #[test]
    fn each_profile_and_server_has_its_own_cache() {
        let home = Home::for_this_session().unwrap();
        let mut one = Profile::new("a", ProfileKind::Internal);
        one.app_key = "k".into();
        let mut two = one.clone();
        assert_eq!(path_of(&home, &one), path_of(&home, &two));
        two.oapi = crate::dingtalk::host::BaseUrl::parse("https://oapi.dingtalk.io").ok();
        assert_ne!(path_of(&home, &one), path_of(&home, &two));
    }
}
