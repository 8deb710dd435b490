"""Notices and questions between States about licences and shipments (FP art. 10)."""
