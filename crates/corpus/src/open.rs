//! Opens a file whatever it is compressed with, told by its first bytes and never by its name.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::Error;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
const UNSUPPORTED: [(&[u8], &str); 4] = [
    (b"PK\x03\x04", "a zip archive"),
    (b"\xfd7zX", "an xz file"),
    (b"BZh", "a bzip2 file"),
    (b"PAR1", "a Parquet file"),
];

/// Opens `path` for reading its decompressed bytes: plain, gzip (several members too) or zstd (several frames too).
///
/// A compressed stream that ends early gives [`io::ErrorKind::UnexpectedEof`] while it is read.
///
/// # Errors
/// [`Error::Open`], or [`Error::Unsupported`] for zip, xz, bzip2 and Parquet.
pub fn open(path: &Path) -> Result<Box<dyn BufRead + Send>, Error> {
    let cannot = |source| Error::Open {
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(cannot)?;
    let mut magic = Vec::with_capacity(4);
    file.by_ref()
        .take(4)
        .read_to_end(&mut magic)
        .map_err(cannot)?;
    if let Some((_, found)) = UNSUPPORTED.iter().find(|(head, _)| magic.starts_with(head)) {
        return Err(Error::Unsupported {
            path: path.to_owned(),
            found,
        });
    }
    decoder(magic, file).map_err(cannot)
}

/// The first bytes are put back in front: a pipe cannot seek.
fn decoder(magic: Vec<u8>, file: File) -> io::Result<Box<dyn BufRead + Send>> {
    let (gzip, zstd) = (magic.starts_with(GZIP), magic.starts_with(ZSTD));
    let whole = BufReader::with_capacity(BUFFER, Cursor::new(magic).chain(file));
    Ok(if gzip {
        Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(whole)))
    } else if zstd {
        let decoder = zstd::stream::read::Decoder::with_buffer(whole)?;
        Box::new(BufReader::with_capacity(BUFFER, decoder))
    } else {
        Box::new(whole)
    })
}

const BUFFER: usize = 128 * 1024;

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const TEXT: &[u8] = b"{\"id\": 1}\n{\"id\": 2}\n";

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read_back(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let mut text = Vec::new();
        open(file.path()).unwrap().read_to_end(&mut text)?;
        Ok(text)
    }

    #[test]
    fn plain_gzip_and_zstd_are_told_by_content() {
        let several = [gzip(&TEXT[..10]), gzip(&TEXT[10..])].concat();
        let frames = [
            zstd::encode_all(&TEXT[..10], 1).unwrap(),
            zstd::encode_all(&TEXT[10..], 1).unwrap(),
        ]
        .concat();
        for bytes in [TEXT.to_vec(), gzip(TEXT), several, frames] {
            assert_eq!(read_back(&bytes).unwrap(), TEXT);
        }
        assert_eq!(read_back(b"").unwrap(), b"");
        assert_eq!(read_back(b"{}").unwrap(), b"{}");
    }

    #[test]
    fn a_cut_stream_is_an_error_and_not_an_end() {
        for whole in [gzip(TEXT), zstd::encode_all(TEXT, 1).unwrap()] {
            for cut in 5..whole.len() {
                assert!(read_back(&whole[..cut]).is_err(), "cut at {cut}");
            }
        }
    }

    #[test]
    fn other_containers_and_absent_files_are_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"PK\x03\x04rest").unwrap();
        let error = open(file.path()).err().unwrap().to_string();
        assert!(error.contains("a zip archive"), "{error}");
        let absent = open(&file.path().with_extension("absent")).err().unwrap();
        assert!(matches!(absent, Error::Open { .. }));
    }
}
