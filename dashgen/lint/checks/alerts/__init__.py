"""Alerts that never fire, always fire, or say too little."""
