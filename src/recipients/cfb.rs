//! The container of old workbooks (compound file): which streams it has, and the workbook's stream, without trusting a
//! single number in it. The workbook's stream is then put into a fresh, well-formed container for calamine, whose own
//! container reader follows chains without a bound.
//!
//! Source: [MS-CFB] 2.2 (header), 2.3 (sector chains), 2.6 (directory); [MS-XLS] 2.4 (records).

use super::ListError;

/// The first bytes of every compound file.
pub(super) const MAGIC: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

const LAST_SECTOR: u32 = 0xffff_fffa;
const END_OF_CHAIN: u32 = 0xffff_fffe;
const FREE: u32 = 0xffff_ffff;
const FAT: u32 = 0xffff_fffd;

fn damaged(what: &str) -> ListError {
    ListError::Damaged(what.to_owned())
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

struct Entry {
    name: String,
    start: u32,
    size: usize,
}

/// A compound file, as far as it could be understood.
pub(super) struct Container<'a> {
    bytes: &'a [u8],
    sector: usize,
    fat: Vec<u32>,
    entries: Vec<Entry>,
}

impl<'a> Container<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, ListError> {
        let shift = u16_at(bytes, 30).filter(|shift| matches!(shift, 9 | 12)).ok_or_else(|| damaged("sector size"))?;
        let mut container = Self { bytes, sector: 1 << shift, fat: Vec::new(), entries: Vec::new() };
        let header = |at| u32_at(bytes, at).ok_or_else(|| damaged("header"));
        let mut places: Vec<u32> = (0..109).filter_map(|slot| u32_at(bytes, 76 + slot * 4)).collect();
        let sectors = bytes.len() / container.sector + 1;
        // More FAT sectors than the file has sectors are a loop.
        let mut next = header(68)?;
        let mut seen = 0;
        while next < LAST_SECTOR {
            seen += 1;
            let sector = container.sector_at(next).filter(|_| seen <= sectors).ok_or_else(|| damaged("DIFAT"))?;
            let slots = container.sector / 4 - 1;
            places.extend((0..slots).filter_map(|slot| u32_at(sector, slot * 4)));
            next = u32_at(sector, slots * 4).unwrap_or(END_OF_CHAIN);
        }
        places.retain(|place| *place < LAST_SECTOR);
        places.truncate(sectors);
        for place in places {
            let sector = container.sector_at(place).ok_or_else(|| damaged("FAT"))?;
            container.fat.extend((0..container.sector / 4).filter_map(|slot| u32_at(sector, slot * 4)));
        }
        let directory = container.chain(header(48)?, usize::MAX)?;
        container.entries = directory.chunks_exact(128).filter_map(entry).collect();
        Ok(container)
    }

    fn sector_at(&self, id: u32) -> Option<&'a [u8]> {
        let at = (id as usize).checked_add(1)?.checked_mul(self.sector)?;
        let end = at.checked_add(self.sector)?.min(self.bytes.len());
        self.bytes.get(at..end).filter(|sector| !sector.is_empty())
    }

    fn chain(&self, start: u32, size: usize) -> Result<Vec<u8>, ListError> {
        let mut found = Vec::new();
        let mut next = start;
        while next < LAST_SECTOR && found.len() < size {
            // A chain that is longer than the file runs in a circle.
            let sector =
                self.sector_at(next).filter(|_| found.len() <= self.bytes.len()).ok_or_else(|| damaged("chain"))?;
            found.extend_from_slice(sector);
            next = self.fat.get(next as usize).copied().unwrap_or(END_OF_CHAIN);
        }
        found.truncate(size);
        Ok(found)
    }

    /// Whether a stream of this name is here.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// The stream of a name.
    pub(super) fn stream(&self, name: &str) -> Result<Option<Vec<u8>>, ListError> {
        /// Smaller streams lie in the mini stream, in pieces of 64 bytes.
        const SMALL: usize = 4096;
        let Some(entry) = self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name)) else {
            return Ok(None);
        };
        if entry.size >= SMALL {
            return self.chain(entry.start, entry.size).map(Some);
        }
        let Some(root) = self.entries.first() else { return Ok(None) };
        let mini = self.chain(root.start, root.size)?;
        let mini_fat = self.chain(u32_at(self.bytes, 60).unwrap_or(END_OF_CHAIN), usize::MAX)?;
        let (mut found, mut next) = (Vec::new(), entry.start);
        while next < LAST_SECTOR && found.len() < entry.size {
            let at = (next as usize).saturating_mul(64);
            let piece = mini.get(at..(at + 64).min(mini.len())).filter(|piece| !piece.is_empty());
            found.extend_from_slice(piece.ok_or_else(|| damaged("mini chain"))?);
            next = u32_at(&mini_fat, (next as usize).saturating_mul(4)).unwrap_or(END_OF_CHAIN);
        }
        found.truncate(entry.size);
        Ok(Some(found))
    }
}

fn entry(bytes: &[u8]) -> Option<Entry> {
    let length = usize::from(u16_at(bytes, 64)?).clamp(2, 64) - 2;
    let units = bytes.get(..length)?.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    let name: String = char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect();
    let size = usize::try_from(u32_at(bytes, 120)?).ok()?;
    (bytes.get(66) != Some(&0)).then_some(Entry { name, start: u32_at(bytes, 116)?, size })
}

/// Most cells that the sheets of an old workbook may span (calamine keeps a rectangle for each).
const MOST_CELLS: u64 = 4_000_000;
/// Most sheets of an old workbook.
const MOST_SHEETS: usize = 256;

/// Looks through the records of a workbook's stream: a password, rectangles too large to keep.
pub(super) fn check_records(stream: &[u8]) -> Result<(), ListError> {
    const FILE_PASS: u16 = 0x002f;
    const BOUND_SHEET: u16 = 0x0085;
    const END: u16 = 0x000a;
    let mut sheets = Vec::new();
    for (kind, data) in Records(stream) {
        match kind {
            FILE_PASS if u16_at(data, 0) != Some(0) => return Err(ListError::Password),
            BOUND_SHEET => sheets.push(u32_at(data, 0).ok_or_else(|| damaged("sheet"))? as usize),
            END => break,
            _ => {}
        }
    }
    if sheets.len() > MOST_SHEETS {
        return Err(ListError::UnpacksTooLarge);
    }
    let mut cells = 0;
    for start in sheets {
        cells += span(stream.get(start..).ok_or_else(|| damaged("sheet"))?);
        if cells > MOST_CELLS {
            return Err(ListError::UnpacksTooLarge);
        }
    }
    Ok(())
}

/// How many cells the rectangles of a sheet hold: what it declares, and what its cells span.
fn span(sheet: &[u8]) -> u64 {
    let (mut declared, mut low, mut high) = (0, [u64::MAX; 2], [0_u64; 2]);
    for (kind, data) in Records(sheet) {
        match kind {
            0x000a => break,
            0x0200 => {
                // DIMENSIONS: rows as two u32, columns as two u16; older files all u16.
                let wide = data.len() >= 14;
                let at = |at: usize| if wide { u32_at(data, at) } else { u16_at(data, at / 2).map(u32::from) };
                let columns = if wide { [8, 10] } else { [4, 6] };
                let column = |at| u16_at(data, at).map_or(0, u64::from);
                let rows = u64::from(at(4).unwrap_or(0)).saturating_sub(u64::from(at(0).unwrap_or(0)));
                let columns = column(columns[1]).saturating_sub(column(columns[0]));
                declared = declared.max((rows + 1) * (columns + 1));
            }
            0x0203 | 0x0204 | 0x00d6 | 0x0205 | 0x027e | 0x00fd | 0x00bd | 0x0006 => {
                let (Some(row), Some(column)) = (u16_at(data, 0), u16_at(data, 2)) else { continue };
                let more = if kind == 0x00bd { data.len().saturating_sub(6) as u64 / 6 } else { 0 };
                for (axis, value) in [u64::from(row), u64::from(column) + more].into_iter().enumerate() {
                    high[axis] = high[axis].max(value);
                }
                low = [low[0].min(u64::from(row)), low[1].min(u64::from(column))];
            }
            _ => {}
        }
    }
    let spanned = if low[0] == u64::MAX { 0 } else { (high[0] - low[0] + 1) * (high[1] - low[1] + 1) };
    declared.max(spanned)
}

/// The records of a workbook's stream: kind and content, until the bytes end.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, size) = (u16_at(self.0, 0)?, usize::from(u16_at(self.0, 2)?));
        let data = self.0.get(4..4 + size)?;
        self.0 = self.0.get(4 + size..).unwrap_or_default();
        Some((kind, data))
    }
}

/// A fresh container that holds one stream, `Workbook`.
pub(super) fn container_of(stream: &[u8]) -> Vec<u8> {
    const SECTOR: usize = 512;
    // Streams under 4096 bytes would have to lie in a mini stream; zeros after the last record are no record.
    let size = stream.len().max(4096);
    let data = size.div_ceil(SECTOR);
    let mut fat_sectors = 1;
    while (data + 1 + fat_sectors) * 4 > fat_sectors * SECTOR {
        fat_sectors += 1;
    }
    // The header has room for 109 FAT sectors, 7 MB; the rest stand in DIFAT sectors of 127.
    let difat_sectors = fat_sectors.saturating_sub(109).div_ceil(127);
    let fat_sectors = (data + 1 + difat_sectors + fat_sectors).div_ceil(SECTOR / 4).max(fat_sectors);
    let difat_sectors = fat_sectors.saturating_sub(109).div_ceil(127);
    let id = |place: usize| u32::try_from(place).unwrap_or(END_OF_CHAIN);
    let (directory, fat_start) = (data, data + 1);
    let difat_start = fat_start + fat_sectors;
    let total = difat_start + difat_sectors;
    let mut out = Vec::with_capacity((total + 1) * SECTOR);
    let put = |out: &mut Vec<u8>, value: u32| out.extend_from_slice(&value.to_le_bytes());
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&[0; 16]);
    for word in [0x3e_u16, 3, 0xfffe, 9, 6, 0, 0, 0] {
        out.extend_from_slice(&word.to_le_bytes());
    }
    let difat_first = if difat_sectors == 0 { END_OF_CHAIN } else { id(difat_start) };
    let head = [0, id(fat_sectors), id(directory), 0, 4096, END_OF_CHAIN, 0, difat_first, id(difat_sectors)];
    for word in head {
        put(&mut out, word);
    }
    (0..109).for_each(|at| put(&mut out, if at < fat_sectors { id(fat_start + at) } else { FREE }));
    out.extend_from_slice(stream);
    out.resize(SECTOR * (data + 1), 0);
    let mut entry = |name: &str, kind: u8, child: u32, start: u32, size: usize| {
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut bytes = vec![0; 128];
        bytes[..units.len()].copy_from_slice(&units);
        let length = if name.is_empty() { 0 } else { u16::try_from(units.len() + 2).unwrap_or_default() };
        bytes[64..66].copy_from_slice(&length.to_le_bytes());
        bytes[66] = kind;
        bytes[67] = 1;
        bytes[68..72].copy_from_slice(&FREE.to_le_bytes());
        bytes[72..76].copy_from_slice(&FREE.to_le_bytes());
        bytes[76..80].copy_from_slice(&child.to_le_bytes());
        bytes[116..120].copy_from_slice(&start.to_le_bytes());
        bytes[120..124].copy_from_slice(&id(size).to_le_bytes());
        out.extend_from_slice(&bytes);
    };
    entry("Root Entry", 5, 1, END_OF_CHAIN, 0);
    entry("Workbook", 2, FREE, 0, size);
    entry("", 0, FREE, 0, 0);
    entry("", 0, FREE, 0, 0);
    let mut fat: Vec<u32> = (1..=data).map(|next| if next == data { END_OF_CHAIN } else { id(next) }).collect();
    fat.push(END_OF_CHAIN);
    fat.extend(std::iter::repeat_n(FAT, fat_sectors));
    fat.extend(std::iter::repeat_n(0xffff_fffc, difat_sectors));
    fat.resize(fat_sectors * SECTOR / 4, FREE);
    for word in fat {
        put(&mut out, word);
    }
    for sector in 0..difat_sectors {
        let from = 109 + sector * 127;
        (from..from + 127).for_each(|at| put(&mut out, if at < fat_sectors { id(fat_start + at) } else { FREE }));
        let last = sector + 1 == difat_sectors;
        put(&mut out, if last { END_OF_CHAIN } else { id(difat_start + sector + 1) });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_comes_back_out_of_a_fresh_container_whatever_its_size() {
        for size in [0_usize, 1, 4095, 4096, 4097, 70_000, 8_000_000] {
            let stream: Vec<u8> = (0..=250).cycle().take(size).collect();
            let container = container_of(&stream);
            let opened = Container::open(&container).unwrap();
            let found = opened.stream("workbook").unwrap().unwrap();
            assert_eq!(found.get(..size), Some(stream.as_slice()), "{size}");
            assert!(found.len() < size + 4097 && !opened.has("EncryptedPackage"));
        }
    }

    #[test]
    fn chains_that_run_in_a_circle_end() {
        let mut container = container_of(&vec![7; 9000]);
        // The FAT stands after 18 data sectors and the directory: let sector 1 point to itself.
        let fat = 512 * (1 + 18 + 1);
        container[fat + 4..fat + 8].copy_from_slice(&1_u32.to_le_bytes());
        let opened = Container::open(&container).unwrap();
        assert_eq!(opened.stream("Workbook").unwrap().map(|found| found.len()), Some(9000));
        // DIFAT that points to itself.
        container[68..72].copy_from_slice(&0_u32.to_le_bytes());
        container[512 + 508..1024].copy_from_slice(&0_u32.to_le_bytes());
        assert!(Container::open(&container).is_err());
    }
}
