"""Licences of export, import, transit and brokering, and what they ask (FP arts. 10 and 15)."""
