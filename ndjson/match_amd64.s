#include "go_asm.h"
#include "textflag.h"

DATA quotes<>+0(SB)/8, $0x2222222222222222
DATA quotes<>+8(SB)/8, $0x2222222222222222
DATA quotes<>+16(SB)/8, $0x2222222222222222
DATA quotes<>+24(SB)/8, $0x2222222222222222
GLOBL quotes<>(SB), RODATA|NOPTR, $32

DATA slashes<>+0(SB)/8, $0x5C5C5C5C5C5C5C5C
DATA slashes<>+8(SB)/8, $0x5C5C5C5C5C5C5C5C
DATA slashes<>+16(SB)/8, $0x5C5C5C5C5C5C5C5C
DATA slashes<>+24(SB)/8, $0x5C5C5C5C5C5C5C5C
GLOBL slashes<>(SB), RODATA|NOPTR, $32

DATA controls<>+0(SB)/8, $0x1F1F1F1F1F1F1F1F
DATA controls<>+8(SB)/8, $0x1F1F1F1F1F1F1F1F
DATA controls<>+16(SB)/8, $0x1F1F1F1F1F1F1F1F
DATA controls<>+24(SB)/8, $0x1F1F1F1F1F1F1F1F
GLOBL controls<>(SB), RODATA|NOPTR, $32

// func matchBlocks(e *entry, b []byte, at int, m *match) (end int)
//
// It reads blocks of 32 bytes and pairs of them, of b none that goes beyond its
// capacity, and of the text as many as begin in it: it is padded.
//
//	SI, BX   b, and its length
//	CX       the last offset in b at which two blocks may be read
//	AX       the offset in b
//	R14      e
//	R8, R9   the next hole, and how many are left
//	R10      where its shift goes, and behind all shifts its span
//	R12      the offset in the text of what is before the hole
//	R13, DX  what is before the hole, and how much of it is left; of a hole, where it begins
#define spans (match_holes-match_shifts)

TEXT ·matchBlocks(SB), NOSPLIT, $0-56
	MOVQ    e+0(FP), R8
	MOVQ    b_base+8(FP), SI
	MOVQ    b_len+16(FP), BX
	MOVQ    b_cap+24(FP), CX
	MOVQ    at+32(FP), AX
	MOVQ    m+40(FP), R10
	MOVBLZX entry_count(R8), R9
	MOVQ    R8, R14
	LEAQ    entry_holes(R8), R8
	LEAQ    match_shifts(R10), R10
	SUBQ    $64, CX
	XORL    R12, R12
	VMOVDQU quotes<>(SB), Y1
	VMOVDQU slashes<>(SB), Y2
	VMOVDQU controls<>(SB), Y3

part:
	MOVQ    AX, DI
	SUBQ    R12, DI
	MOVQ    DI, (R10)
	MOVQ    entry_text(R14), R13
	MOVQ    (entry_text+8)(R14), DX
	SUBQ    $1, R9
	JLT     before
	MOVWLZX hole_start(R8), DX

before:
	ADDQ R12, R13
	SUBQ R12, DX
	LEAQ (AX)(DX*1), DI
	CMPQ DI, BX
	JGT  differs
	SUBQ $64, DX
	JLE  rest

pair:
	VMOVDQU   (SI)(AX*1), Y0
	VPCMPEQB  (R13), Y0, Y4
	VMOVDQU   32(SI)(AX*1), Y0
	VPCMPEQB  32(R13), Y0, Y5
	VPAND     Y4, Y5, Y4
	VPMOVMSKB Y4, DI
	XORL      $0xFFFFFFFF, DI
	JNZ       differs
	ADDQ      $64, AX
	ADDQ      $64, R13
	SUBQ      $64, DX
	JGT       pair

rest: // 64 bytes at the most
	CMPQ      AX, CX
	JGT       undecided
	ADDQ      $64, DX
	VMOVDQU   (SI)(AX*1), Y0
	VPCMPEQB  (R13), Y0, Y4
	VMOVDQU   32(SI)(AX*1), Y0
	VPCMPEQB  32(R13), Y0, Y5
	VPMOVMSKB Y4, DI
	VPMOVMSKB Y5, R11
	SHLQ      $32, R11
	ORQ       R11, DI
	NOTQ      DI
	BZHIQ     DX, DI, DI
	JNZ       differs
	ADDQ      DX, AX

hole:
	CMPQ    R9, $0
	JLT     matches
	MOVWLZX hole_start(R8), DI
	ADDQ    entry_text(R14), DI
	CMPB    (DI), $0x22          // a quote
	JNE     number
	CMPQ    AX, BX
	JGE     undecided
	CMPB    (SI)(AX*1), $0x22
	JNE     differs
	ADDQ    $1, AX
	MOVQ    AX, R13

string: // up to what is not an ASCII character that stands for itself
	CMPQ      AX, CX
	JGT       undecided
	VMOVDQU   (SI)(AX*1), Y0
	VPCMPEQB  Y0, Y1, Y4
	VPCMPEQB  Y0, Y2, Y5
	VPOR      Y4, Y5, Y4
	VPCMPGTB  Y3, Y0, Y5   // signed: bytes above 0x7F are negative
	VPANDN    Y5, Y4, Y4
	VPMOVMSKB Y4, DI
	XORL      $0xFFFFFFFF, DI
	JNZ       stop
	ADDQ      $32, AX
	JMP       string

stop:
	BSFL DI, DI
	ADDQ DI, AX
	CMPQ AX, BX
	JGE  undecided
	CMPB (SI)(AX*1), $0x22 // the closing quote
	JNE  undecided
	MOVQ AX, DI
	SUBQ R13, DI
	ORL  $const_spanString, DI
	ADDQ $1, AX

filled: // by a span whose second half is DI
	MOVL    R13, spans(R10)
	MOVL    DI, (spans+4)(R10)
	MOVWLZX hole_end(R8), R12
	ADDQ    $hole__size, R8
	ADDQ    $8, R10
	JMP     part

number: // without an exponent
	MOVQ    AX, R13
	CMPQ    AX, BX
	JGE     undecided
	MOVBLZX (SI)(AX*1), DI
	CMPL    DI, $0x2D        // a minus
	JNE     first
	ADDQ    $1, AX
	CMPQ    AX, BX
	JGE     undecided
	MOVBLZX (SI)(AX*1), DI

first:
	SUBL $0x30, DI
	CMPL DI, $9
	JHI  undecided
	ADDQ $1, AX
	CMPL DI, $0
	JEQ  point     // nothing but that follows a zero

digits:
	CMPQ    AX, BX
	JGE     undecided
	MOVBLZX (SI)(AX*1), DI
	SUBL    $0x30, DI
	CMPL    DI, $9
	JHI     point
	ADDQ    $1, AX
	JMP     digits

point:
	CMPQ    AX, BX
	JGE     undecided
	MOVBLZX (SI)(AX*1), DI
	CMPL    DI, $0x2E
	JNE     exponent
	ADDQ    $1, AX
	MOVQ    AX, DX

decimals:
	CMPQ    AX, BX
	JGE     undecided
	MOVBLZX (SI)(AX*1), DI
	SUBL    $0x30, DI
	CMPL    DI, $9
	JHI     some
	ADDQ    $1, AX
	JMP     decimals

some:
	CMPQ AX, DX
	JEQ  undecided
	ADDL $0x30, DI

exponent:
	ORL  $0x20, DI
	CMPL DI, $0x65 // an e
	JEQ  undecided
	MOVQ AX, DI
	SUBQ R13, DI
	JMP  filled

matches:
	MOVQ AX, end+48(FP)
	VZEROUPPER
	RET

differs:
	MOVQ $const_differs, end+48(FP)
	VZEROUPPER
	RET

undecided:
	MOVQ $const_undecided, end+48(FP)
	VZEROUPPER
	RET
