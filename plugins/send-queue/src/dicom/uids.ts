/** UIDs of DICOM PS3.6 that the protocol itself needs. */

export const applicationContext = "1.2.840.10008.3.1.1.1";
export const verification = "1.2.840.10008.1.1";

export const implicitLittleEndian = "1.2.840.10008.1.2";
export const explicitLittleEndian = "1.2.840.10008.1.2.1";
export const deflatedLittleEndian = "1.2.840.10008.1.2.1.99";
export const explicitBigEndian = "1.2.840.10008.1.2.2";

/** Of a DICOMDIR, which says what is on a disc. */
export const mediaDirectory = "1.2.840.10008.1.3.10";

/** Who we are, in every association. Derived from a UUID (PS3.5 B.2), so it is nobody else's. */
export const implementationClass = "2.25.213381723350241487610239834873310211893";

/** 1 to 16 characters. */
export const implementationVersion = "BATON_SENDQ_1";

/** PS3.5 9.1: digits and dots, 64 characters at most. */
export const isUid = (text: string): boolean => /^[0-9.]{1,64}$/.test(text);
