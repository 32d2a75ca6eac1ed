//! Signatures in PE files (Microsoft's Authenticode), as far as one can tell without any key: that there is one, and what was
//! signed. Firmware judges them.

use crate::uki::{UkiError, number, piece, short};

/// Where the optional header of 64 bits keeps the checksum, which a signature changes and does not cover.
const CHECKSUM: usize = 64;
/// Where it keeps place and size of the signatures.
const SIGNATURES: usize = 144;
/// The first word of a 64-bit optional header.
const PE32_PLUS: u16 = 0x20b;

/// Whether a PE file carries a signature, of whomever.
///
/// # Errors
/// When it is not a whole PE file.
pub fn is_signed(file: &[u8]) -> Result<bool, UkiError> {
    Ok(signatures(file)?.is_some())
}

/// Whether the second file is the first one, and the only difference is a signature.
///
/// # Errors
/// When one of them is not a whole PE file.
pub fn is_signed_copy(plain: &[u8], signed: &[u8]) -> Result<bool, UkiError> {
    if !is_signed(signed)? {
        return Ok(false);
    }
    let (plain, signed) = (unsigned(plain)?, unsigned(signed)?);
    // Signatures begin at a multiple of eight bytes.
    let filled = signed.strip_prefix(&plain[..]).is_some_and(|fill| fill.iter().all(|byte| *byte == 0));
    Ok(filled && signed.len() <= plain.len().next_multiple_of(8))
}

/// The file up to its signatures, with what depends on them set to zero.
fn unsigned(file: &[u8]) -> Result<Vec<u8>, UkiError> {
    let mut bytes = file.to_vec();
    if let Some((start, _)) = signatures(file)? {
        bytes.truncate(start);
    }
    if let Some(header) = header(file)? {
        for at in [header + CHECKSUM..header + CHECKSUM + 4, header + SIGNATURES..header + SIGNATURES + 8] {
            bytes.get_mut(at).ok_or(UkiError::NotPe)?.fill(0);
        }
    }
    Ok(bytes)
}

/// Where the signatures are and how many bytes they have.
fn signatures(file: &[u8]) -> Result<Option<(usize, usize)>, UkiError> {
    let Some(header) = header(file)? else { return Ok(None) };
    let (start, size) = (number(file, header + SIGNATURES)?, number(file, header + SIGNATURES + 4)?);
    if size == 0 {
        return Ok(None);
    }
    piece(file, start..start + size)?;
    Ok(Some((start, size)))
}

/// Where the optional header is, when it is of a kind that says where signatures are.
fn header(file: &[u8]) -> Result<Option<usize>, UkiError> {
    let pe = number(file, 0x3c)?;
    if piece(file, 0..2)? != b"MZ" || piece(file, pe..pe + 4)? != b"PE\0\0" {
        return Err(UkiError::NotPe);
    }
    let (size, header) = (usize::from(short(file, pe + 20)?), pe + 24);
    let knows = size >= SIGNATURES + 8 && short(file, header)? == PE32_PLUS;
    Ok(knows.then_some(header))
}

/// The file with something in the place of a signature: for tests of those who look for one, not for booting.
///
/// # Errors
/// When it is not a whole PE file of 64 bits.
#[cfg(any(test, feature = "testing"))]
pub fn pretend(file: &[u8]) -> Result<Vec<u8>, UkiError> {
    const SIGNATURE: &[u8; 24] = b"the signature of someone";
    let header = header(file)?.ok_or(UkiError::NotPe)?;
    // The optional header may say more than the file holds.
    piece(file, header..header + SIGNATURES + 8)?;
    let mut signed = file.to_vec();
    signed.resize(file.len().next_multiple_of(8), 0);
    let place = [signed.len() as u32, SIGNATURE.len() as u32];
    signed[header + SIGNATURES..][..8].copy_from_slice(place.map(u32::to_le_bytes).as_flattened());
    // As a checksum that changed.
    signed[header + CHECKSUM] ^= 7;
    signed.extend(SIGNATURE);
    Ok(signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_signature_is_put_into_a_header_that_is_cut_off() {
        let whole = pe(b"");
        let end = header(&whole).unwrap().unwrap() + SIGNATURES + 8;
        assert!((0..end).all(|length| pretend(&whole[..length]).is_err()));
        assert!(pretend(&whole[..end]).is_ok());
    }

    fn pe(content: &[u8]) -> Vec<u8> {
        [&crate::uki::skeleton("ro", "ID=yoe\n", b"kernel")[..], content].concat()
    }

    fn sign(file: &[u8]) -> Vec<u8> {
        pretend(file).unwrap()
    }

    #[test]
    fn a_signed_file_is_told_from_its_original_and_from_others() {
        let (plain, other) = (pe(b"kernel"), pe(b"kernal"));
        assert_eq!(is_signed(&plain), Ok(false));
        assert_eq!(is_signed(&sign(&plain)), Ok(true));
        assert_eq!(is_signed_copy(&plain, &sign(&plain)), Ok(true));
        assert_eq!(is_signed_copy(&plain, &plain), Ok(false), "nobody signed it");
        assert_eq!(is_signed_copy(&plain, &sign(&other)), Ok(false));
        assert_eq!(is_signed_copy(&plain, &sign(&pe(b"kernel and more"))), Ok(false));
        assert_eq!(is_signed_copy(&pe(b"kernel and more"), &sign(&plain)), Ok(false));
    }

    #[test]
    fn what_is_cut_off_is_an_error_and_no_panic() {
        let signed = sign(&pe(b"kernel"));
        for length in (0..512).chain(signed.len() - 24..signed.len()) {
            assert_eq!(is_signed(&signed[..length]), Err(UkiError::NotPe), "{length}");
        }
        assert_eq!(is_signed(b"no program at all"), Err(UkiError::NotPe));
    }

    proptest::proptest! {
        #[test]
        fn damage_never_panics(at in 0usize..512, byte: u8) {
            let mut file = sign(&pe(b"kernel"));
            file[at] = byte;
            let _ = is_signed_copy(&pe(b"kernel"), &file);
        }
    }
}
