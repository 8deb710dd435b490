"""Which parts of each type of firearm are made inoperable, and by which measures.

Parts and measures after the technical specifications of Regulation (EU) 2015/2403, annex I, as amended by
(EU) 2018/337, in our own words. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.deactivation_vocabulary import EssentialPart as Part
from schemas.vocabulary import FirearmType
from schemas.words import Said, said

SOURCE = "EU 2015/2403 annex I, as amended by EU 2018/337"
_LONG = (Part.BARREL, Part.BOLT_OR_BREECH_BLOCK, Part.FRAME_OR_RECEIVER, Part.TRIGGER_MECHANISM)
_BREAK_OPEN = (Part.BARREL, Part.FRAME_OR_RECEIVER, Part.TRIGGER_MECHANISM)
PARTS: Mapping[FirearmType, tuple[Part, ...]] = {
    FirearmType.PISTOL: (
        Part.BARREL,
        Part.SLIDE,
        Part.FRAME_OR_RECEIVER,
        Part.TRIGGER_MECHANISM,
        Part.MAGAZINE,
    ),
    FirearmType.REVOLVER: (Part.BARREL, Part.CYLINDER, Part.FRAME_OR_RECEIVER, Part.TRIGGER_MECHANISM),
    FirearmType.DERRINGER: _BREAK_OPEN,
    FirearmType.RIFLE: (*_LONG, Part.MAGAZINE),
    FirearmType.SHOTGUN: _LONG,
    FirearmType.COMBINATION: _BREAK_OPEN,
    FirearmType.SUBMACHINE_GUN: (*_LONG, Part.MAGAZINE),
    FirearmType.MACHINE_GUN: (*_LONG, Part.MAGAZINE),
    FirearmType.HANDMADE: _BREAK_OPEN,
    FirearmType.OTHER: _LONG,
    FirearmType.UNKNOWN: _LONG,
}


@dataclass(frozen=True)
class Measure:
    """code: what it is called everywhere; text: what is done; permanent: whether it alone suffices."""

    code: str
    text: Said
    permanent: bool = True

    @property
    def part(self) -> Part:
        """The part it is done to."""
        return _PART_OF[self.code.partition(".")[0]]


_PART_OF = {
    "barrel": Part.BARREL,
    "frame": Part.FRAME_OR_RECEIVER,
    "slide": Part.SLIDE,
    "cylinder": Part.CYLINDER,
    "bolt": Part.BOLT_OR_BREECH_BLOCK,
    "trigger": Part.TRIGGER_MECHANISM,
    "magazine": Part.MAGAZINE,
}
MEASURES: Mapping[str, Measure] = {
    one.code: one
    for one in (
        Measure("barrel.slotted", said("A slot at least half a calibre wide is cut along the barrel.")),
        Measure(
            "barrel.pinned",
            said("A hardened steel pin is welded through the chamber, so that no cartridge enters."),
        ),
        Measure("barrel.drilled", said("Holes of calibre size are drilled through the barrel wall.")),
        Measure(
            "barrel.plugged",
            said("A hardened steel plug is welded into the barrel from chamber to muzzle."),
        ),
        Measure("barrel.welded_in", said("The barrel is welded to the frame or receiver."), permanent=False),
        Measure("frame.cut", said("At least a third of the guide rails on both sides is removed.")),
        Measure("frame.milled", said("Locking surfaces are milled off, so that no live part can be fitted.")),
        Measure("frame.welded", said("Frame and moving parts are welded together for good.")),
        Measure("slide.face_milled", said("More than half of the breech face is milled off at an angle.")),
        Measure("slide.lugs_removed", said("The locking lugs of the slide are removed.")),
        Measure("cylinder.walls_removed", said("Two thirds of the inner walls of the cylinder are cut.")),
        Measure("cylinder.pinned", said("The cylinder is welded or pinned to the frame."), permanent=False),
        Measure("bolt.face_milled", said("The face of the bolt is milled off at an angle of 60 degrees.")),
        Measure("bolt.lugs_removed", said("The locking lugs are removed or weakened beyond use.")),
        Measure("bolt.firing_pin_shut", said("The hole of the firing pin is welded shut."), permanent=False),
        Measure("trigger.destroyed", said("Hammer, striker and sear are cut so that they cannot work.")),
        Measure("trigger.welded_in", said("The trigger mechanism is welded into the frame or receiver.")),
        Measure("magazine.welded", said("The magazine is welded so that it takes no cartridge.")),
        Measure("magazine.removed", said("The magazine is removed, and its well is welded shut.")),
    )
}


def parts_of(kind: str) -> tuple[Part, ...]:
    """The essential parts of a type of firearm."""
    return PARTS[FirearmType(kind)]


def measures_for(kind: str) -> tuple[Measure, ...]:
    """The measures for the parts of a type, part by part."""
    return tuple(one for part in parts_of(kind) for one in MEASURES.values() if one.part is part)
