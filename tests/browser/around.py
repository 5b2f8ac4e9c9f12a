"""One of each of Streamlit's controls, to stand around a component."""

from __future__ import annotations

import streamlit as st


def controls() -> None:
    with st.sidebar:
        st.write("Side bar")
        st.button("Side button")
    st.title("A title", anchor=False)
    st.button("Button")
    st.toggle("Toggle")
    st.checkbox("Checkbox")
    st.slider("Slider", 0, 10, 5)
    st.radio("Radio", ["first", "second"])
    st.segmented_control("Segments", ["left", "right"])
    st.tabs(["Tab A", "Tab B"])
    with st.expander("Expander"):
        st.write("Inside the expander")
    with st.popover("Popover"):
        st.write("Inside the popover")
        st.button("Popover button")
    st.text_input("Text")
