"""The mathematics: frames in, frames out. Knows no Streamlit, no file and no store."""
