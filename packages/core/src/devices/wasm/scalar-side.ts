/** Which operand of a binary kernel is one number that stands for all: as in `assembly/binary.ts`. */
export const vectors = 0;
export const leftScalar = 1;
export const rightScalar = 2;
