//! The wire format of every message: bincode 1. Numbers are little endian; a length is a u64; an option is one byte,
//! 0 or 1, then the value; an enum is its variant's index as a u32, then the payload.

/// Reads a message field by field. `None` means that a field was not there or made no sense.
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(message: &'a [u8]) -> Self {
        Reader { rest: message }
    }

    pub fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    pub fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    pub fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.u64()?;
        self.take(length.try_into().ok()?)
    }

    pub fn string(&mut self) -> Option<&'a str> {
        core::str::from_utf8(self.bytes()?).ok()
    }

    pub fn optional_bytes(&mut self) -> Option<Option<&'a [u8]>> {
        match self.take(1)? {
            [0] => Some(None),
            [1] => Some(Some(self.bytes()?)),
            _ => None,
        }
    }

    fn take(&mut self, size: usize) -> Option<&'a [u8]> {
        let taken = self.rest.get(..size)?;
        self.rest = &self.rest[size..];
        Some(taken)
    }
}

/// Writes a message field by field. Traps when its room is too small.
pub struct Writer<'a> {
    room: &'a mut [u8],
    length: usize,
}

impl<'a> Writer<'a> {
    pub fn new(room: &'a mut [u8]) -> Self {
        Writer { room, length: 0 }
    }

    /// All that was written.
    pub fn message(self) -> &'a [u8] {
        &self.room[..self.length]
    }

    pub fn bool(&mut self, value: bool) {
        self.put(&[value as u8]);
    }

    pub fn i64(&mut self, value: i64) {
        self.put(&value.to_le_bytes());
    }

    pub fn u64(&mut self, value: u64) {
        self.put(&value.to_le_bytes());
    }

    pub fn bytes(&mut self, value: &[u8]) {
        self.u64(value.len() as u64);
        self.put(value);
    }

    pub fn string(&mut self, value: &str) {
        self.bytes(value.as_bytes());
    }

    pub fn optional_bytes(&mut self, value: Option<&[u8]>) {
        self.bool(value.is_some());
        if let Some(bytes) = value {
            self.bytes(bytes);
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        self.room[self.length..end].copy_from_slice(bytes);
        self.length = end;
    }
}
