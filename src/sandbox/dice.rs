//! The sandbox's small deterministic random source: the same seed, the same company and the same ids.

/// SplitMix64: tiny, deterministic, good enough for made-up people. Not for secrets.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Dice(u64);

impl Dice {
    pub(in crate::sandbox) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(in crate::sandbox) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number below `end` (which must not be 0).
    pub(in crate::sandbox) fn below(&mut self, end: usize) -> usize {
        // The modulo bias over at most some thousand values does not matter for made-up people.
        usize::try_from(self.roll() % (end.max(1) as u64)).unwrap_or(0)
    }

    pub(in crate::sandbox) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// So many characters out of an ASCII alphabet.
    pub(in crate::sandbox) fn letters(&mut self, count: usize, alphabet: &[u8]) -> String {
        (0..count).map(|_| char::from(alphabet[self.below(alphabet.len())])).collect()
    }

    /// A UUID in capitals, as the api system writes its request ids.
    pub(in crate::sandbox) fn uuid(&mut self) -> String {
        let bits = (u128::from(self.roll()) << 64) | u128::from(self.roll());
        let id = uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid();
        id.to_string().to_uppercase()
    }
}

/// The finaliser of SplitMix64: spreads a number over 64 bits.
pub(in crate::sandbox) const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_length_and_differ() {
        let mut dice = Dice::new(1);
        let ids: Vec<String> = (0..100).map(|_| dice.letters(13, b"0123456789abcdefghijklmnopqrstuvwxyz")).collect();
        assert!(ids.iter().all(|id| id.len() == 13));
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
