"""Is a path on a network share? SQLite's locks do not hold there, so such a store is refused."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_NETWORK = frozenset(
    {
        "nfs",
        "nfs3",
        "nfs4",
        "cifs",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "ncpfs",
        "afs",
        "ceph",
        "coda",
        "davfs",
        "glusterfs",
        "gfs2",
        "lustre",
        "beegfs",
        "ocfs2",
        "fuse.sshfs",
        "fuse.glusterfs",
        "fuse.cephfs",
        "fuse.davfs2",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.smbnetfs",
        "fuse.curlftpfs",
        "fuse.davfs",
        "vboxsf",
        "prl_fs",
    }
)
_DRIVE_REMOTE = 4  # Windows' GetDriveTypeW


def network_file_system(path: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """The kind of network share that ``path`` (which need not exist) lies on, or "" for a local disk.

    Linux: the file system type of the longest mount point above it. Windows: a UNC path or a mapped network drive.
    Elsewhere nothing is known and "" is the answer.
    """
    text = os.fspath(path)
    if (text.startswith(("\\\\", "//")) and not text.startswith("\\\\?\\")) or text.startswith("\\\\?\\UNC\\"):
        return "UNC path"
    if sys.platform == "win32":
        import ctypes

        drive = os.path.splitdrive(os.path.abspath(text))[0]
        return "network drive" if ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\") == _DRIVE_REMOTE else ""
    try:
        table = mounts.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""
    kind = _kind_of(os.path.realpath(text), table)
    return kind if kind in _NETWORK else ""


def _kind_of(path: str, table: str) -> str:
    """The file system type of the longest mount point that holds the path; the last one mounted there wins."""
    best, kind = "", ""
    for line in table.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = _unescape(fields[1])
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind


def _unescape(text: str) -> str:
    """/proc/mounts writes a space as \\040 and so on."""
    for code, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, char)
    return text
